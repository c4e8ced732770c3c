package io.github.sae4j.core;

/**
 * What most programs need of an SAE: features of activations, and activations of features, in Java arrays. Code that takes
 * this instead of a {@link SparseAutoencoder} is tested with a fake:
 *
 * <pre>{@code
 * record FakeCodec(SaeConfig config, SparseFeatures features, float[][] decoded) implements SaeCodec {
 *     public SparseFeatures encode(float[] activation) {
 *         return features;
 *     }
 *
 *     public SparseFeatures encode(float[][] activations) {
 *         return features;
 *     }
 *
 *     public float[][] decode(SparseFeatures given) {
 *         return decoded;
 *     }
 *
 *     public ForwardPass forward(float[][] activations) {
 *         return ForwardPass.of(features, decoded);
 *     }
 * }
 * }</pre>
 *
 * <p>Implementations are safe for use by several threads.
 *
 * @since 0.1
 */
public interface SaeCodec {

    /** Returns what the SAE computes, its sizes among it. */
    SaeConfig config();

    /**
     * Encodes one token.
     *
     * @param activation {@code [d_in]}
     * @return features of one token, without a leading axis
     */
    SparseFeatures encode(float[] activation);

    /**
     * Encodes tokens.
     *
     * @param activations {@code [tokens][d_in]}
     * @return features with one leading axis
     */
    SparseFeatures encode(float[][] activations);

    /**
     * Decodes features. They do not know their SAE: those of another with the same {@code d_sae} are decoded to wrong numbers,
     * unnoticed.
     *
     * @param features features of this SAE
     * @return {@code [tokens][d_out]}
     */
    float[][] decode(SparseFeatures features);

    /**
     * Encodes and decodes tokens.
     *
     * @param activations {@code [tokens][d_in]}
     * @return the features and the reconstruction, {@code [tokens][d_out]}
     */
    ForwardPass forward(float[][] activations);
}
