package io.github.sae4j.spark.internal.worker;

/** Where an SAE's files are. */
enum SaePlace {

    /** In a repository of a hub, or in this machine's cache of it. */
    HUB,

    /** In a folder of each machine. */
    FOLDER,

    /** In a file system that Hadoop reads, from which each machine has a copy. */
    SHARED_FILES
}
