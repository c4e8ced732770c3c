package io.github.sae4j.loader.internal;

/** The names of the files of SAELens's layout. */
public final class SaeLensFiles {

    public static final String CONFIG = "cfg.json";
    public static final String WEIGHTS = "sae_weights.safetensors";
    public static final String SPARSITY = "sparsity.safetensors";

    private SaeLensFiles() {}
}
