package io.github.sae4j.loader.internal;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.Relu;
import io.github.sae4j.loader.SaeLoadException;
import java.util.Arrays;
import java.util.List;

/** The architectures that can be opened: for each SAELens's name, and how its rule is made of its tensors. */
enum Architecture {
    STANDARD("standard", weights -> Relu.of(weights.vector("b_enc", weights.sizes().dSae())));

    /** What SAELens can run beside those above. */
    private static final List<String> KNOWN_BUT_NOT_YET = List.of(
            "gated",
            "jumprelu",
            "topk",
            "batchtopk",
            "matryoshka_batchtopk",
            "transcoder",
            "skip_transcoder",
            "jumprelu_transcoder",
            "jumprelu_skip_transcoder",
            "matching_pursuit",
            "temporal");

    private final String label;
    private final Rule rule;

    Architecture(String label, Rule rule) {
        this.label = label;
        this.rule = rule;
    }

    /** Makes the rule that decides which features are active. */
    @FunctionalInterface
    interface Rule {
        Activation of(WeightsFile weights);
    }

    /**
     * Returns the architecture of a name.
     *
     * @param file the file that names it, for sentences
     * @throws SaeLoadException if it cannot be opened
     */
    static Architecture named(String label, String file) {
        return Arrays.stream(values())
                .filter(architecture -> architecture.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new SaeLoadException(file + ": the architecture \"" + label + "\" "
                        + (KNOWN_BUT_NOT_YET.contains(label)
                                ? "is not supported yet by this version."
                                : "is not known.")
                        + " Supported: " + String.join(", ", labels()) + "."));
    }

    /** Returns the name in SAELens's spelling. */
    String label() {
        return label;
    }

    /** Returns the rule with the parameters that a file holds. */
    Activation activation(WeightsFile weights) {
        return rule.of(weights);
    }

    private static List<String> labels() {
        return Arrays.stream(values()).map(Architecture::label).toList();
    }
}
