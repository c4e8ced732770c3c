package io.github.sae4j.core;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an SAE, or a set of layers, can do, and why not what it cannot:
 *
 * <pre>{@code
 * if (!sae.capabilities().has(SaeCapability.DECODE)) {
 *     System.err.println(sae.capabilities().reasonAgainst(SaeCapability.DECODE).orElseThrow());
 * }
 * }</pre>
 *
 * <p>Immutable, safe to share between threads.
 *
 * @since 0.1
 */
public final class SaeCapabilities {

    private final Map<SaeCapability, String> missing = new EnumMap<>(SaeCapability.class);

    private SaeCapabilities() {}

    /** Returns the capabilities of what lacks none. */
    public static SaeCapabilities all() {
        return new SaeCapabilities();
    }

    /**
     * Returns the same without a capability.
     *
     * @param capability what is lacking
     * @param reason why, a sentence
     */
    public SaeCapabilities without(SaeCapability capability, String reason) {
        SaeCapabilities fewer = new SaeCapabilities();
        fewer.missing.putAll(missing);
        fewer.missing.put(
                SaeException.requirePresent(capability, "capability"), SaeException.requirePresent(reason, "reason"));
        return fewer;
    }

    static SaeCapabilities of(SaeProperties properties) {
        SaeCapabilities capabilities = new SaeCapabilities();
        if (properties.takesSequences()) {
            capabilities.lacks(
                    SaeCapability.ENCODE_TOKENS,
                    "This SAE predicts each token from those before it, so it takes whole sequences.");
            capabilities.lacks(
                    SaeCapability.DECODE_WHOLLY,
                    "The part that is predicted from the tokens before is not in the features.");
        } else if (properties.hasSkip()) {
            capabilities.lacks(
                    SaeCapability.DECODE_WHOLLY,
                    "The skip term comes from the activations, and is not in the features.");
        }
        capabilities.lacks(SaeCapability.DECODE, properties.noDecoding());
        capabilities.lacks(SaeCapability.FOLD_DECODER_NORMS, properties.noFolding());
        capabilities.lacks(SaeCapability.ENCODE_SOME_FEATURES, properties.noSubsets());
        return capabilities;
    }

    private void lacks(SaeCapability capability, @Nullable String reason) {
        if (reason != null) {
            missing.put(capability, reason);
        }
    }

    /** Returns whether the SAE can do it. */
    public boolean has(SaeCapability capability) {
        return !missing.containsKey(SaeException.requirePresent(capability, "capability"));
    }

    /** Returns why the SAE cannot do it, a sentence; nothing if it can. */
    public Optional<String> reasonAgainst(SaeCapability capability) {
        return Optional.ofNullable(missing.get(SaeException.requirePresent(capability, "capability")));
    }

    /** Returns whether the other lacks the same, for the same reasons. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaeCapabilities capabilities && missing.equals(capabilities.missing);
    }

    @Override
    public int hashCode() {
        return missing.hashCode();
    }

    /** Returns what the SAE cannot do, with the reasons. */
    @Override
    public String toString() {
        return "SaeCapabilities" + (missing.isEmpty() ? "[all]" : missing.toString());
    }
}
