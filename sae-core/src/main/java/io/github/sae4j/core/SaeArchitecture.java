package io.github.sae4j.core;

import java.util.Arrays;
import java.util.Optional;

/**
 * The kinds of SAEs by SAELens's names, and those of other publishers that it does not have. The name tells what was trained;
 * what is computed are the {@link Activation} rule and the parts.
 *
 * <pre>{@code
 * SaeArchitecture architecture = sae.config().architecture();
 * System.out.println(architecture.isTranscoder()
 *         ? architecture + " decodes to another place in the model"
 *         : architecture + " decodes to the activations that it reads");
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum SaeArchitecture {

    /** ReLU, see {@link Relu}. */
    STANDARD("standard"),

    /** ReLU, to another place in the model. */
    TRANSCODER("transcoder"),

    /** A transcoder with a product of the activation itself beside. */
    SKIP_TRANSCODER("skip_transcoder"),

    /** A threshold for each feature, see {@link JumpRelu}. */
    JUMPRELU("jumprelu"),

    /** A transcoder with thresholds. */
    JUMPRELU_TRANSCODER("jumprelu_transcoder"),

    /** A skip transcoder with thresholds. */
    JUMPRELU_SKIP_TRANSCODER("jumprelu_skip_transcoder"),

    /** Trained with batch top-k; it runs with the threshold that training found. */
    BATCHTOPK("batchtopk"),

    /** Trained with batch top-k and nested dictionaries; it runs with the threshold that training found. */
    MATRYOSHKA_BATCHTOPK("matryoshka_batchtopk"),

    /** The strongest features of each token, see {@link TopK}. */
    TOPK("topk"),

    /** A transcoder with top-k. */
    TOPK_TRANSCODER("topk_transcoder"),

    /** A skip transcoder with top-k. */
    TOPK_SKIP_TRANSCODER("topk_skip_transcoder"),

    /** A top-k SAE with a product of the activation itself beside, at one place in the model. */
    TOPK_SKIP("topk_skip"),

    /** The strongest feature of each group, see {@link GroupMax}. */
    GROUPMAX("groupmax"),

    /** Activations of several models or layers side by side, with ReLU. */
    CROSSCODER("crosscoder"),

    /** The same with a threshold for each feature. */
    JUMPRELU_CROSSCODER("jumprelu_crosscoder"),

    /** A gate and a magnitude, see {@link Gated}. */
    GATED("gated"),

    /** One feature after the other, see {@link MatchingPursuit}. */
    MATCHING_PURSUIT("matching_pursuit"),

    /** A part that is predicted from the tokens before, see {@link TemporalPrediction}. */
    TEMPORAL("temporal"),

    /** None of these: a rule or a layout of somebody's own. */
    CUSTOM("custom"),

    /** The same, to another place in the model. */
    CUSTOM_TRANSCODER("custom_transcoder");

    private final String label;

    SaeArchitecture(String label) {
        this.label = label;
    }

    /** Returns the name as {@code cfg.json} spells it. */
    public String label() {
        return label;
    }

    /**
     * Returns whether it decodes to the activation of another place in the model than the one that it encodes. So nothing of
     * the input transform is undone after decoding, heads are not laid side by side, and {@code b_dec} cannot be subtracted
     * from the input.
     */
    public boolean isTranscoder() {
        return label.endsWith("transcoder");
    }

    /** Returns whether reconstructing adds a product with the activation itself, {@code W_skip}. */
    public boolean hasSkip() {
        return this == SKIP_TRANSCODER
                || this == JUMPRELU_SKIP_TRANSCODER
                || this == TOPK_SKIP_TRANSCODER
                || this == TOPK_SKIP;
    }

    /**
     * Returns the constant that {@code cfg.json} spells like this, or nothing if none does.
     *
     * @param label a value of {@code architecture}
     */
    public static Optional<SaeArchitecture> ofLabel(String label) {
        SaeException.requirePresent(label, "label");
        return Arrays.stream(values())
                .filter(architecture -> architecture.label.equals(label))
                .findFirst();
    }

    @Override
    public String toString() {
        return label;
    }
}
