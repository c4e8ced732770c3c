package io.github.sae4j.loader.internal;

import io.github.sae4j.core.Activation;
import io.github.sae4j.core.Relu;
import io.github.sae4j.loader.SaeLoadException;
import java.util.List;

/**
 * An architecture that can be opened.
 *
 * @param label its name in SAELens's spelling
 * @param rule how its rule is made of its tensors
 */
record Architecture(String label, Rule rule) {

    static final Architecture STANDARD = new Architecture(
            "standard",
            weights -> Relu.of(weights.vector("b_enc", weights.sizes().dSae())));

    private static final List<Architecture> ALL = List.of(STANDARD);

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
        return ALL.stream()
                .filter(architecture -> architecture.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new SaeLoadException(file + ": the architecture \"" + label + "\" "
                        + (KNOWN_BUT_NOT_YET.contains(label)
                                ? "is not supported yet by this version."
                                : "is not known.")
                        + " Supported: " + String.join(", ", labels()) + "."));
    }

    /** Returns the rule with the parameters that a file holds. */
    Activation activation(WeightsFile weights) {
        return rule.of(weights);
    }

    private static List<String> labels() {
        return ALL.stream().map(Architecture::label).toList();
    }
}
