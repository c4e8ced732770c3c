package io.github.sae4j.core;

/**
 * What an SAE makes of tokens in one pass.
 *
 * <pre>{@code
 * ForwardPass pass = sae.forward(activations);
 * double l0 = pass.features().l0();
 * float[] first = pass.reconstruction()[0];
 * float[][] error = pass.error(activations);
 * }</pre>
 *
 * @param features the active features, one leading axis
 * @param reconstruction what they decode to, with a skip term or a predicted part if the SAE has one, {@code [tokens][d_out]}
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent")
public record ForwardPass(SparseFeatures features, float[][] reconstruction) {

    /**
     * Returns what the SAE does not explain of its targets: {@code target - reconstruction}.
     *
     * @param target {@code [tokens][d_out]}: the activations themselves, or for a transcoder those that it should give
     * @return {@code [tokens][d_out]}
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
