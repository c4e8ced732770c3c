package io.github.sae4j.core;

/**
 * What happens to each element of an activation before all else: {@code x' = (x - centre) * gain}.
 *
 * <p>An activation as normalisation and encoding see it:
 *
 * <pre>{@code
 * float[] seen = activation.clone();
 * sae.parts().inputAffine().ifPresent(affine -> {
 *     float[] centre = affine.centre();                        // a copy, as gain is: taken once
 *     float[] gain = affine.gain();
 *     for (int i = 0; i < seen.length; i++) {
 *         seen[i] = (seen[i] - centre[i]) * gain[i];
 *     }
 * });
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param centre {@code [d_in]}; copied
 * @param gain {@code [d_in]}, as long as {@code centre}; copied
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent")
public record InputAffine(float[] centre, float[] gain) {

    /**
     * Copies both arrays.
     *
     * @throws NullPointerException if one is null
     * @throws SaeException if their lengths differ
     */
    public InputAffine {
        SaeException.requirePresent(centre, "centre");
        SaeException.requireLength(gain, "gain", centre.length, "centre");
        centre = centre.clone();
        gain = gain.clone();
    }

    /** Returns a copy of what is subtracted, {@code [d_in]}. */
    @Override
    public float[] centre() {
        return centre.clone();
    }

    /** Returns a copy of what is multiplied by, {@code [d_in]}. */
    @Override
    public float[] gain() {
        return gain.clone();
    }
}
