package io.github.sae4j.core;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What decoding needs to know of the activations to undo the input transform: each token's scale and shift, and how the
 * last axis was put together. Decoding computes {@code y * scale + shift} and then splits the heads.
 *
 * <p>It is a value that travels with the features, so an SAE keeps no state between encoding and decoding and can be
 * shared by threads.
 *
 * <p>Sparse features carry it; with dense ones it is passed along:
 *
 * <pre>{@code
 * try (NDManager manager = sae.newManager()) {
 *     NDArray array = manager.create(activations);
 *     NDArray dense = sae.encodeDense(array);
 *     NDArray decoded = sae.decode(dense, sae.inverseTransform(array));
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class InverseTransform {

    private static final InverseTransform IDENTITY = new InverseTransform(0, null, null);

    private final int heads;
    private final float @Nullable [] scale;
    private final float @Nullable [] shift;

    private InverseTransform(int heads, float @Nullable [] scale, float @Nullable [] shift) {
        this.heads = heads;
        this.scale = scale;
        this.shift = shift;
    }

    /** Returns the transform that changes nothing. */
    public static InverseTransform identity() {
        return IDENTITY;
    }

    /**
     * Returns a transform that only splits the heads.
     *
     * @param heads the number of attention heads that {@link Reshape#HOOK_Z} laid side by side, or of segments that
     *     {@link Reshape#SEGMENTS} did, or 0 if none
     * @throws SaeException if {@code heads} is negative
     */
    public static InverseTransform of(int heads) {
        return trusted(heads, null, null);
    }

    /**
     * Returns a transform without summands.
     *
     * @param heads as for {@link #of(int)}
     * @param scale a factor for each token; copied
     * @throws NullPointerException if {@code scale} is null
     * @throws SaeException if {@code heads} is negative
     */
    public static InverseTransform of(int heads, float[] scale) {
        return trusted(heads, SaeException.requirePresent(scale, "scale").clone(), null);
    }

    /**
     * Returns a transform.
     *
     * @param heads as for {@link #of(int)}
     * @param scale a factor for each token; copied
     * @param shift a summand for each token; copied
     * @throws NullPointerException if an array is null
     * @throws SaeException if {@code heads} is negative, or the lengths of the arrays differ
     */
    public static InverseTransform of(int heads, float[] scale, float[] shift) {
        SaeException.requirePresent(scale, "scale");
        return trusted(
                heads,
                scale.clone(),
                SaeException.requirePresent(shift, "shift").clone());
    }

    /**
     * Returns a transform with arrays that nobody else holds.
     *
     * @param scale a factor for each token, or null for none
     * @param shift a summand for each token, or null for none
     * @throws SaeException if {@code heads} is negative, there is a shift without a scale, or their lengths differ
     */
    static InverseTransform trusted(int heads, float @Nullable [] scale, float @Nullable [] shift) {
        if (heads < 0) {
            throw new SaeException("heads must be 0 or more, but is " + heads + ".");
        }
        if (shift != null && (scale == null || scale.length != shift.length)) {
            throw new SaeException("shift has " + shift.length + " tokens, but scale has "
                    + (scale == null ? "none" : scale.length) + ".");
        }
        return new InverseTransform(heads, scale, shift);
    }

    /** Returns the transform of this one's tokens and then of another's of the same SAE. */
    InverseTransform followedBy(InverseTransform next) {
        return new InverseTransform(heads, joined(scale, next.scale), joined(shift, next.shift));
    }

    private static float @Nullable [] joined(float @Nullable [] first, float @Nullable [] second) {
        if (first == null || second == null) {
            return null;
        }
        float[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** Returns the number of heads or segments that were laid side by side, 0 if the activations were flat. */
    public int heads() {
        return heads;
    }

    /** Returns a copy of each token's factor, if there are any. */
    public Optional<float[]> scale() {
        return Optional.ofNullable(scale).map(float[]::clone);
    }

    /** Returns a copy of each token's summand, if there are any. */
    public Optional<float[]> shift() {
        return Optional.ofNullable(shift).map(float[]::clone);
    }

    /**
     * Checks that this is the transform of some tokens of an SAE.
     *
     * @throws SaeException if it lacks what the SAE's normalisation needs, has what it does not have, is for another
     *     number of tokens, or its heads do not divide {@code d_out}
     */
    void requireFitting(SaeConfig config, int tokens) {
        Normalization normalization = config.undoneNormalization();
        requirePart(scale, "scale", normalization.isPerToken(), normalization, tokens);
        requirePart(shift, "shift", normalization == Normalization.LAYER_NORM, normalization, tokens);
        if (scale != null && scale.length != tokens) {
            throw new SaeException(
                    "The inverse transform is for " + scale.length + " tokens, but there are " + tokens + ".");
        }
        if (heads > 0 && config.dOut() % heads != 0) {
            String parts = config.reshape() == Reshape.SEGMENTS ? " segments" : " heads";
            throw new SaeException("The inverse transform has " + heads + parts + ", which do not divide d_out = "
                    + config.dOut() + ".");
        }
    }

    private static void requirePart(
            float @Nullable [] part, String name, boolean needed, Normalization normalization, int tokens) {
        if (part == null && needed && tokens > 0) {
            throw new SaeException("This SAE normalises each token (" + normalization
                    + "), so decoding needs the tokens' " + name + ": take features that encode gave, or pass what"
                    + " inverseTransform(activations) returns.");
        }
        if (part != null && !needed) {
            throw new SaeException("The inverse transform has a " + name + " for each token, but this SAE, with the"
                    + " normalisation " + normalization + ", has none: it belongs to another SAE.");
        }
    }

    /** Returns whether the other has the same heads, and the same bits of each token's factor and summand. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InverseTransform transform
                && heads == transform.heads
                && Arrays.equals(scale, transform.scale)
                && Arrays.equals(shift, transform.shift);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * heads + Arrays.hashCode(scale)) + Arrays.hashCode(shift);
    }

    /** Returns the number of tokens that scale and shift are for, or -1 if there are none and any number fits. */
    public int tokens() {
        return scale == null ? -1 : scale.length;
    }
}
