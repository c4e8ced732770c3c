package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.SaeBuilder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What the files of an SAE came to, whatever their layout. What is not said of an SAE is as most have it. */
final class Parts implements Cloneable {

    private final JsonObject config;
    private final boolean declared;
    private final String origin;
    private final Weights weights;
    private @Nullable Weights sparsity;
    private @Nullable Double normScalingFactor;
    private double layoutScale = 1;
    private int segments = 1;
    private @Nullable String noDecoder;
    private UnaryOperator<BlockRule> rule = UnaryOperator.identity();
    private @Nullable Consumer<SaeBuilder> factors;

    private Parts(JsonObject config, boolean declared, String origin, Weights weights) {
        this.config = config;
        this.declared = declared;
        this.origin = origin;
        this.weights = weights;
    }

    /**
     * Returns the parts of an SAE whose configuration was worked out.
     *
     * @param config the configuration as SAELens 6 writes it
     * @param origin the name of what said so, for sentences: a file, or the tensors
     * @param weights the tensors under SAELens's names
     */
    static Parts of(JsonObject config, String origin, Weights weights) {
        return new Parts(config, false, origin, weights);
    }

    /** Returns the parts of an SAE whose configuration SAELens itself wrote, of whatever version. */
    static Parts declared(JsonObject config, String origin, Weights weights) {
        return new Parts(config, true, origin, weights);
    }

    private Parts with(Consumer<Parts> change) {
        try {
            Parts changed = (Parts) clone();
            change.accept(changed);
            return changed;
        } catch (CloneNotSupportedException e) {
            throw new AssertionError("parts can be cloned", e);
        }
    }

    /** Adds the log10 of each feature's firing frequency, {@code [d_sae]}, if it is published. */
    Parts withSparsity(@Nullable Weights tensors) {
        return with(parts -> parts.sparsity = tensors);
    }

    /** Adds what activations are multiplied by, as the publisher's files have it. */
    Parts withNormScalingFactor(double factor) {
        return with(parts -> parts.normScalingFactor = factor);
    }

    /** Adds what activations are multiplied by besides, because the layout holds weights for another scale. */
    Parts withLayoutScale(double scale) {
        return with(parts -> parts.layoutScale = scale);
    }

    /** Says how many models' or layers' activations lie side by side, each of which may have a factor. */
    Parts withSegments(int count) {
        return with(parts -> parts.segments = count);
    }

    /** Says why the SAE cannot decode. */
    Parts withoutDecoder(String reason) {
        return with(parts -> parts.noDecoder = reason);
    }

    /** Adds what makes the publisher's rule of SAELens's nearest one. */
    Parts withRule(UnaryOperator<BlockRule> publishers) {
        return with(parts -> parts.rule = publishers);
    }

    /** Adds what gives the SAE factors of its own for activations and reconstructions, or null if it has none. */
    Parts withFactors(@Nullable Consumer<SaeBuilder> addition) {
        return with(parts -> parts.factors = addition);
    }

    JsonObject config() {
        return config;
    }

    boolean isDeclared() {
        return declared;
    }

    String origin() {
        return origin;
    }

    Weights weights() {
        return weights;
    }

    @Nullable
    Weights sparsity() {
        return sparsity;
    }

    @Nullable
    Double normScalingFactor() {
        return normScalingFactor;
    }

    double layoutScale() {
        return layoutScale;
    }

    int segments() {
        return segments;
    }

    @Nullable
    String noDecoder() {
        return noDecoder;
    }

    UnaryOperator<BlockRule> rule() {
        return rule;
    }

    @Nullable
    Consumer<SaeBuilder> factors() {
        return factors;
    }
}
