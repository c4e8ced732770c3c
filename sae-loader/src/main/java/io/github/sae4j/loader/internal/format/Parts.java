package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.SaeBuilder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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
 * @param segments how many models' or layers' activations lie side by side, each of which may have a factor; mostly 1
 * @param noDecoder why the SAE cannot decode, or null if it can
 * @param rule makes the publisher's rule of SAELens's nearest one
 * @param more gives the SAE what SAELens has no name for, factors of its own, or null if there is nothing
 */
record Parts(
        JsonObject config,
        boolean declared,
        String origin,
        Weights weights,
        @Nullable Weights sparsity,
        @Nullable Double normScalingFactor,
        double layoutScale,
        int segments,
        @Nullable String noDecoder,
        UnaryOperator<BlockRule> rule,
        @Nullable Consumer<SaeBuilder> more) {

    static Parts of(JsonObject config, String origin, Weights weights) {
        return of(config, false, origin, weights);
    }

    static Parts declared(JsonObject config, String origin, Weights weights) {
        return of(config, true, origin, weights);
    }

    private static Parts of(JsonObject config, boolean declared, String origin, Weights weights) {
        return new Parts(config, declared, origin, weights, null, null, 1, 1, null, UnaryOperator.identity(), null);
    }

    Parts withSparsity(@Nullable Weights tensors) {
        return new Parts(
                config,
                declared,
                origin,
                weights,
                tensors,
                normScalingFactor,
                layoutScale,
                segments,
                noDecoder,
                rule,
                more);
    }

    Parts withNormScalingFactor(double factor) {
        return new Parts(
                config, declared, origin, weights, sparsity, factor, layoutScale, segments, noDecoder, rule, more);
    }

    Parts withLayoutScale(double scale) {
        return new Parts(
                config, declared, origin, weights, sparsity, normScalingFactor, scale, segments, noDecoder, rule, more);
    }

    Parts withSegments(int count) {
        return new Parts(
                config,
                declared,
                origin,
                weights,
                sparsity,
                normScalingFactor,
                layoutScale,
                count,
                noDecoder,
                rule,
                more);
    }

    Parts withoutDecoder(String reason) {
        return new Parts(
                config,
                declared,
                origin,
                weights,
                sparsity,
                normScalingFactor,
                layoutScale,
                segments,
                reason,
                rule,
                more);
    }

    Parts withRule(UnaryOperator<BlockRule> publishers) {
        return new Parts(
                config,
                declared,
                origin,
                weights,
                sparsity,
                normScalingFactor,
                layoutScale,
                segments,
                noDecoder,
                publishers,
                more);
    }

    Parts with(@Nullable Consumer<SaeBuilder> addition) {
        return new Parts(
                config,
                declared,
                origin,
                weights,
                sparsity,
                normScalingFactor,
                layoutScale,
                segments,
                noDecoder,
                rule,
                addition);
    }
}
