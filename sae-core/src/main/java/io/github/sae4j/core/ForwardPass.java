package io.github.sae4j.core;

/**
 * What an SAE makes of tokens in one pass. Safe to share between threads that leave the reconstruction as it is.
 *
 * <pre>{@code
 * ForwardPass pass = sae.forward(activations);
 * double l0 = pass.features().l0();
 * float[] first = pass.reconstruction()[0];
 * float[][] error = pass.error(activations);
 * }</pre>
 *
 * @since 0.1
 */
public final class ForwardPass {

    private final SparseFeatures features;
    private final float[][] reconstruction;

    private ForwardPass(SparseFeatures features, float[][] reconstruction) {
        this.features = features;
        this.reconstruction = reconstruction;
    }

    /**
     * Returns what an SAE has made of tokens, for whoever implements {@link SaeCodec}.
     *
     * @param features the active features, one leading axis
     * @param reconstruction what they decode to, {@code [tokens][d_out]}; not copied
     * @throws NullPointerException if an argument is null
     * @throws SaeException if one is of more tokens than the other
     */
    public static ForwardPass of(SparseFeatures features, float[][] reconstruction) {
        SaeException.requirePresent(features, "features");
        SaeException.requirePresent(reconstruction, "reconstruction");
        if (features.tokens() != reconstruction.length) {
            throw new SaeException("reconstruction has " + reconstruction.length + " tokens, but the features are of "
                    + features.tokens() + ".");
        }
        return new ForwardPass(features, reconstruction);
    }

    /** Returns the active features, with one leading axis. */
    public SparseFeatures features() {
        return features;
    }

    /**
     * Returns what the features decode to, with a skip term or a predicted part if the SAE has one.
     *
     * @return {@code [tokens][d_out]}, the array itself and no copy
     */
    public float[][] reconstruction() {
        return reconstruction;
    }

    /**
     * Returns what the SAE does not explain of its targets: {@code target - reconstruction}.
     *
     * @param target {@code [tokens][d_out]}: the activations themselves, or for a transcoder those that it should give
     * @return {@code [tokens][d_out]}
     * @throws NullPointerException if {@code target} is null
     * @throws SaeException if the target has another shape
     */
    public float[][] error(float[][] target) {
        if (SaeException.requirePresent(target, "target").length != reconstruction.length) {
            throw new SaeException("target has " + target.length + " tokens, but the reconstruction has "
                    + reconstruction.length + ".");
        }
        float[][] error = new float[target.length][];
        for (int token = 0; token < error.length; token++) {
            float[] row = reconstruction[token];
            SaeException.requireLength(target[token], "target[" + token + "]", row.length, "the reconstruction");
            error[token] = target[token].clone();
            for (int i = 0; i < row.length; i++) {
                error[token][i] -= row[i];
            }
        }
        return error;
    }
}
