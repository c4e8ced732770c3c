package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Gated;
import io.github.sae4j.core.GroupMax;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeArchitecture;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An architecture that can be opened.
 *
 * @param kind what it is
 * @param recipe how its parts are made of its tensors and of the fields of its configuration
 * @param fields the names of these fields
 * @param ofSaeLens whether SAELens has it, too
 */
record Architecture(SaeArchitecture kind, Recipe recipe, List<String> fields, boolean ofSaeLens) {

    private static final Rule RELU = (weights, fields, dSae) -> Relu.of(weights.vector("b_enc", dSae));
    private static final Rule JUMP_RELU =
            (weights, fields, dSae) -> JumpRelu.of(weights.vector("b_enc", dSae), weights.forEach("threshold", dSae));

    static final Architecture STANDARD = of(SaeArchitecture.STANDARD, RELU);

    private static final List<Architecture> ALL = List.of(
            STANDARD,
            of(SaeArchitecture.TRANSCODER, RELU),
            of(SaeArchitecture.SKIP_TRANSCODER, RELU),
            of(SaeArchitecture.JUMPRELU, JUMP_RELU),
            of(SaeArchitecture.JUMPRELU_TRANSCODER, JUMP_RELU),
            of(SaeArchitecture.JUMPRELU_SKIP_TRANSCODER, JUMP_RELU),
            of(SaeArchitecture.BATCHTOPK, Architecture::batchTopK),
            of(SaeArchitecture.MATRYOSHKA_BATCHTOPK, Architecture::batchTopK),
            of(SaeArchitecture.TOPK, Architecture::topK, "k", "rescale_acts_by_decoder_norm"),
            of(SaeArchitecture.TOPK_TRANSCODER, Architecture::topK, "k").ofOthers(),
            of(SaeArchitecture.TOPK_SKIP_TRANSCODER, Architecture::topK, "k").ofOthers(),
            of(SaeArchitecture.TOPK_SKIP, Architecture::topK, "k").ofOthers(),
            of(SaeArchitecture.GROUPMAX, Architecture::groupMax, "k").ofOthers(),
            of(SaeArchitecture.CROSSCODER, RELU).ofOthers(),
            of(SaeArchitecture.JUMPRELU_CROSSCODER, JUMP_RELU).ofOthers(),
            of(SaeArchitecture.GATED, Architecture::gated),
            new Architecture(
                    SaeArchitecture.MATCHING_PURSUIT,
                    Architecture::matchingPursuit,
                    List.of("residual_threshold", "max_iterations", "stop_on_duplicate_support"),
                    true),
            new Architecture(SaeArchitecture.TEMPORAL, TemporalRecipe::add, TemporalRecipe.FIELDS, true));

    /** Gives an SAE its encoder and the rule that decides which features are active. */
    @FunctionalInterface
    interface Recipe {
        void add(SaeBuilder builder, Parts parts, Fields fields, SaeConfig config);
    }

    /** Makes the rule that decides which features are active. */
    @FunctionalInterface
    private interface Rule {
        BlockRule of(Weights weights, Fields fields, int dSae);
    }

    private static Architecture of(SaeArchitecture kind, Rule rule, String... fields) {
        Recipe recipe = (builder, parts, parameters, config) -> builder.encoder(
                        parts.weights().matrix("W_enc", config.dIn(), config.dSae()))
                .activation(parts.rule().apply(rule.of(parts.weights(), parameters, config.dSae())));
        return new Architecture(kind, recipe, List.of(fields), true);
    }

    private Architecture ofOthers() {
        return new Architecture(kind, recipe, fields, false);
    }

    /** The decoder is the encoder too. */
    private static void matchingPursuit(SaeBuilder builder, Parts parts, Fields fields, SaeConfig config) {
        MatchingPursuit rule = MatchingPursuit.of(config.dSae());
        @Nullable Double threshold = fields.number("residual_threshold");
        @Nullable Integer iterations = fields.optionalSize("max_iterations");
        @Nullable Boolean stop = fields.flag("stop_on_duplicate_support");
        rule = threshold == null ? rule : rule.residualThreshold(threshold);
        rule = iterations == null ? rule : rule.maxIterations(iterations);
        builder.activation(stop == null ? rule : rule.stopOnDuplicateSupport(stop));
    }

    /** Trained with batch top-k, an SAE runs with the threshold that training found. */
    private static BlockRule batchTopK(Weights weights, Fields fields, int dSae) {
        return JUMP_RELU.of(weights.rename("threshold", "threshold", "topk_threshold"), fields, dSae);
    }

    private static BlockRule topK(Weights weights, Fields fields, int dSae) {
        int k = fields.size("k");
        if (k > dSae) {
            throw fields.refused("k", String.valueOf(k), "but there are only d_sae = " + dSae + " features.");
        }
        TopK rule = TopK.of(k, weights.vector("b_enc", dSae));
        return Boolean.TRUE.equals(fields.flag("rescale_acts_by_decoder_norm")) ? rule.rescaledByDecoderNorm() : rule;
    }

    /** The groups are said as {@code k}, as each keeps one feature. */
    private static BlockRule groupMax(Weights weights, Fields fields, int dSae) {
        int groups = fields.size("k");
        if (dSae % groups != 0) {
            throw fields.refused(
                    "k", String.valueOf(groups), "which does not divide d_sae = " + dSae + " into groups.");
        }
        return GroupMax.of(groups, weights.vector("b_enc", dSae));
    }

    private static BlockRule gated(Weights weights, Fields fields, int dSae) {
        return Gated.of(weights.vector("b_gate", dSae), weights.vector("b_mag", dSae), weights.vector("r_mag", dSae));
    }

    /**
     * Returns the architecture of a name.
     *
     * @param file the file that names it, for sentences
     * @param bySaeLens whether SAELens wrote the name, so that it means one of its own
     * @throws SaeLoadException if it cannot be opened
     */
    static Architecture named(String label, String file, boolean bySaeLens) {
        List<Architecture> known = ALL.stream()
                .filter(architecture -> architecture.ofSaeLens || !bySaeLens)
                .toList();
        return known.stream()
                .filter(architecture -> architecture.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new SaeLoadException(
                        Reason.UNSUPPORTED,
                        file + ": the architecture " + Quoted.of(label)
                                + " is not known. Supported: "
                                + known.stream().map(Architecture::label).collect(Collectors.joining(", ")) + "."));
    }

    /** Returns its name in SAELens's spelling. */
    String label() {
        return kind.label();
    }

    /** Returns whether reconstructing adds a product with the activations. */
    boolean hasSkip() {
        return kind.hasSkip();
    }
}
