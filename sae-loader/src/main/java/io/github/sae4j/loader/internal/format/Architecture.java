package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.Gated;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.TopK;
import io.github.sae4j.loader.SaeLoadException;
import java.util.List;
import java.util.stream.Stream;

/**
 * An architecture that can be opened.
 *
 * @param label its name in SAELens's spelling
 * @param rule how its rule is made of its tensors and of the fields of its configuration
 * @param fields the names of these fields
 */
record Architecture(String label, Rule rule, List<String> fields) {

    static final Architecture STANDARD =
            of("standard", (weights, fields, dSae) -> Relu.of(weights.vector("b_enc", dSae)));

    private static final Rule JUMP_RELU =
            (weights, fields, dSae) -> JumpRelu.of(weights.vector("b_enc", dSae), weights.forEach("threshold", dSae));

    private static final List<Architecture> ALL = List.of(
            STANDARD,
            of("transcoder", STANDARD.rule),
            of("skip_transcoder", STANDARD.rule),
            of("jumprelu", JUMP_RELU),
            of("jumprelu_transcoder", JUMP_RELU),
            of("jumprelu_skip_transcoder", JUMP_RELU),
            of("batchtopk", Architecture::batchTopK),
            of("matryoshka_batchtopk", Architecture::batchTopK),
            of("topk", Architecture::topK, "k", "rescale_acts_by_decoder_norm"),
            of("gated", Architecture::gated));

    /** Makes the rule that decides which features are active. */
    @FunctionalInterface
    interface Rule {
        Activation of(Weights weights, Fields fields, int dSae);
    }

    private static Architecture of(String label, Rule rule, String... fields) {
        return new Architecture(label, rule, List.of(fields));
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
