package io.github.sae4j.data.activations;

/** What the ids of tokens beside the activations are for. */
enum IdUse {
    /** Nothing, unless tokens are left out by them. */
    NONE,
    /** They go with the features, if there are any. */
    CARRIED,
    /** They must be there, as for the folder that delphi reads. */
    REQUIRED
}
