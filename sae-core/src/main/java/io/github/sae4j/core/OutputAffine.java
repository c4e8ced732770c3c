package io.github.sae4j.core;

/**
 * What happens to each element of a decoded activation after all else: {@code y = y' * gain + offset}.
 *
 * <p>What feature 7 adds to the first element of an activation, for each unit of its value:
 *
 * <pre>{@code
 * float written = sae.parts().decoder().orElseThrow().get(7, 0);
 * float added = sae.parts().outputAffine()
 *         .map(affine -> written * affine.gain()[0])
 *         .orElse(written);
 * }</pre>
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
