package io.github.sae4j.core;

import org.jspecify.annotations.Nullable;

/**
 * Where in which model an SAE reads, and how it was trained, as far as its publisher says.
 *
 * @param modelName the model's name, for example {@code gpt2-small}
 * @param hookName the place in the model in TransformerLens's spelling, for example {@code blocks.19.hook_resid_post}
 * @param hookHeadIndex the attention head, if the SAE reads a single one
 * @param contextSize the length of the training sequences in tokens
 * @param prependBos whether training sequences began with a BOS token
 * @param datasetPath the training data's name
 * @param neuronpediaId the SAE's id on Neuronpedia
 * @param saeLensVersion the version of SAELens that wrote the configuration
 */
public record SaeMetadata(
        @Nullable String modelName,
        @Nullable String hookName,
        @Nullable Integer hookHeadIndex,
        @Nullable Integer contextSize,
        @Nullable Boolean prependBos,
        @Nullable String datasetPath,
        @Nullable String neuronpediaId,
        @Nullable String saeLensVersion) {

    /** Nothing is known. */
    public static final SaeMetadata NONE = new SaeMetadata(null, null, null, null, null, null, null, null);
}
