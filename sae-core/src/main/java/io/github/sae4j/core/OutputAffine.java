package io.github.sae4j.core;

/**
 * What happens to each element of a decoded activation after all else: {@code y = y' * gain + offset}.
 *
 * <p>The direction in which feature 7 moves what is decoded; the offset is in every decoded activation, whatever its features
 * are:
 *
 * <pre>{@code
 * WeightMatrix decoder = sae.parts().decoder().orElseThrow();
 * float[] direction = new float[sae.config().dOut()];
 * for (int i = 0; i < direction.length; i++) {
 *     direction[i] = decoder.get(7, i);
 * }
 * sae.parts().outputAffine().ifPresent(affine -> {
 *     float[] gain = affine.gain();                            // a copy: taken once
 *     for (int i = 0; i < direction.length; i++) {
 *         direction[i] *= gain[i];
 *     }
 * });
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param gain {@code [d_out]}; copied
 * @param offset {@code [d_out]}, as long as {@code gain}; copied
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent")
public record OutputAffine(float[] gain, float[] offset) {

    /**
     * Copies both arrays.
     *
     * @throws NullPointerException if one is null
     * @throws SaeException if their lengths differ
     */
    public OutputAffine {
        SaeException.requirePresent(gain, "gain");
        SaeException.requireLength(offset, "offset", gain.length, "gain");
        gain = gain.clone();
        offset = offset.clone();
    }

    /** Returns a copy of what is multiplied by, {@code [d_out]}. */
    @Override
    public float[] gain() {
        return gain.clone();
    }

    /** Returns a copy of what is added, {@code [d_out]}. */
    @Override
    public float[] offset() {
        return offset.clone();
    }
}
