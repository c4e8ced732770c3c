package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What the files of an SAE came to, whatever their layout.
 *
 * @param config the configuration as SAELens 6 writes it
 * @param declared whether SAELens itself wrote it, of whatever version
 * @param origin the name of what said so, for sentences: a file, or the tensors
 * @param weights the tensors under SAELens's names
 * @param sparsity the log10 of each feature's firing frequency, {@code [d_sae]}, or null
 * @param normScalingFactor what activations are multiplied by, as the publisher's files have it, or null
 * @param layoutScale what activations are multiplied by besides, because the layout holds weights for another scale; mostly 1
 * @param noDecoder why the SAE cannot decode, or null if it can
 */
record Parts(
        JsonObject config,
        boolean declared,
        String origin,
        Weights weights,
        @Nullable Weights sparsity,
        @Nullable Double normScalingFactor,
        double layoutScale,
        @Nullable String noDecoder) {

    static Parts of(JsonObject config, String origin, Weights weights) {
        return new Parts(config, false, origin, weights, null, null, 1, null);
    }

    static Parts declared(JsonObject config, String origin, Weights weights) {
        return new Parts(config, true, origin, weights, null, null, 1, null);
    }

    Parts withSparsity(@Nullable Weights tensors) {
        return new Parts(config, declared, origin, weights, tensors, normScalingFactor, layoutScale, noDecoder);
    }

    Parts withNormScalingFactor(double factor) {
        return new Parts(config, declared, origin, weights, sparsity, factor, layoutScale, noDecoder);
    }

    Parts withLayoutScale(double scale) {
        return new Parts(config, declared, origin, weights, sparsity, normScalingFactor, scale, noDecoder);
    }

    Parts withoutDecoder(String reason) {
        return new Parts(config, declared, origin, weights, sparsity, normScalingFactor, layoutScale, reason);
    }
}
