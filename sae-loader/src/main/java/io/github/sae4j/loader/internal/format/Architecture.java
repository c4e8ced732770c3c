package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.Gated;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An architecture that can be opened.
 *
 * @param label its name in SAELens's spelling
 * @param recipe how its parts are made of its tensors and of the fields of its configuration
 * @param fields the names of these fields
 */
record Architecture(String label, Recipe recipe, List<String> fields) {

    private static final Rule RELU = (weights, fields, dSae) -> Relu.of(weights.vector("b_enc", dSae));
    private static final Rule JUMP_RELU =
            (weights, fields, dSae) -> JumpRelu.of(weights.vector("b_enc", dSae), weights.forEach("threshold", dSae));

    static final Architecture STANDARD = of("standard", RELU);

    private static final List<Architecture> ALL = List.of(
            STANDARD,
            of("transcoder", RELU),
            of("skip_transcoder", RELU),
            of("jumprelu", JUMP_RELU),
            of("jumprelu_transcoder", JUMP_RELU),
            of("jumprelu_skip_transcoder", JUMP_RELU),
            of("batchtopk", Architecture::batchTopK),
            of("matryoshka_batchtopk", Architecture::batchTopK),
            of("topk", Architecture::topK, "k", "rescale_acts_by_decoder_norm"),
            of("gated", Architecture::gated),
            new Architecture(
                    "matching_pursuit",
                    Architecture::matchingPursuit,
                    List.of("residual_threshold", "max_iterations", "stop_on_duplicate_support")),
            new Architecture("temporal", TemporalRecipe::add, TemporalRecipe.FIELDS));

    /** Gives an SAE its encoder and the rule that decides which features are active. */
    @FunctionalInterface
    interface Recipe {
        void add(SaeBuilder builder, Weights weights, Fields fields, SaeConfig config);
    }

    /** Makes the rule that decides which features are active. */
    @FunctionalInterface
    private interface Rule {
        Activation of(Weights weights, Fields fields, int dSae);
    }

    private static Architecture of(String label, Rule rule, String... fields) {
        Recipe recipe = (builder, weights, parameters, config) -> builder.encoder(
                        weights.matrix("W_enc", config.dIn(), config.dSae()))
                .activation(rule.of(weights, parameters, config.dSae()));
        return new Architecture(label, recipe, List.of(fields));
    }

    /** The decoder is the encoder too. */
    private static void matchingPursuit(SaeBuilder builder, Weights weights, Fields fields, SaeConfig config) {
        MatchingPursuit rule = MatchingPursuit.of(config.dSae());
        @Nullable Double threshold = fields.number("residual_threshold");
        @Nullable Integer iterations = fields.optionalSize("max_iterations");
        @Nullable Boolean stop = fields.flag("stop_on_duplicate_support");
        rule = threshold == null ? rule : rule.residualThreshold(threshold);
        rule = iterations == null ? rule : rule.maxIterations(iterations);
        builder.activation(stop == null ? rule : rule.stopOnDuplicateSupport(stop));
    }

    /** Trained with batch top-k, an SAE runs with the threshold that training found. */
    private static Activation batchTopK(Weights weights, Fields fields, int dSae) {
        return JUMP_RELU.of(weights.rename("threshold", "threshold", "topk_threshold"), fields, dSae);
    }

    private static Activation topK(Weights weights, Fields fields, int dSae) {
        int k = fields.size("k");
        if (k > dSae) {
            throw fields.refused("k", String.valueOf(k), "but there are only d_sae = " + dSae + " features.");
        }
        TopK rule = TopK.of(k, weights.vector("b_enc", dSae));
        return Boolean.TRUE.equals(fields.flag("rescale_acts_by_decoder_norm")) ? rule.rescaledByDecoderNorm() : rule;
    }

    private static Activation gated(Weights weights, Fields fields, int dSae) {
        return Gated.of(weights.vector("b_gate", dSae), weights.vector("b_mag", dSae), weights.vector("r_mag", dSae));
    }

    /**
     * Returns the architecture of a name.
     *
     * @param file the file that names it, for sentences
     * @throws SaeLoadException if it cannot be opened
     */
    static Architecture named(String label, String file) {
        return ALL.stream()
                .filter(architecture -> architecture.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new SaeLoadException(file + ": the architecture \"" + label
                        + "\" is not known. Supported: " + String.join(", ", labels().toList()) + "."));
    }

    private static Stream<String> labels() {
        return ALL.stream().map(Architecture::label);
    }

    /** Returns whether reconstructing adds a product with the activations. */
    boolean hasSkip() {
        return label.contains("skip");
    }
}
