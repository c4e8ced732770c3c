package io.github.sae4j.spark.internal.worker;

import java.io.Serializable;

/**
 * Which SAE is wanted, as a user says it.
 *
 * @param name a name of a published SAE, a folder, or the address of a folder in a file system that Hadoop reads
 * @param revision of a published SAE's repository; empty for the one that its name says, or else {@code main}
 * @param meaning what its files mean, where they do not say it themselves
 * @param sha256 what the weights must have, in hexadecimal; empty for what the driver finds
 * @param cache a folder of each machine in which files are kept; empty for that of the hub's client
 * @param threads how many threads a task has, at least 1
 * @param prepared whether the encoder is prepared for many calls
 */
public record SaeSettings(
        String name, String revision, SaeMeaning meaning, String sha256, String cache, int threads, boolean prepared)
        implements Serializable {

    /** Returns the same of a commit and with weights that are known. */
    SaeSettings pinned(String commit, String toSha256) {
        return new SaeSettings(name, commit, meaning, toSha256, cache, threads, prepared);
    }
}
