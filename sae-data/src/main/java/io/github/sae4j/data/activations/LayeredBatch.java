package io.github.sae4j.data.activations;

import java.util.Arrays;

/**
 * Consecutive tokens of an input for a set of layers, with an activation for each layer. Not for use by several threads at once.
 *
 * <pre>{@code
 * try (LayeredActivations activations = Activations.from(Path.of("x.npy"))
 *         .openLayersFor(InputRequirements.of("the set", set.layer(0).config()).withLayers(set.layers()))) {
 *     for (LayeredBatch batch : activations.batches(512)) {
 *         float[][][] back = set.reconstruct(batch.activations());
 *         SparseFeatures last = set.encode(set.layers() - 1, batch.layer(set.layers() - 1).rows());
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class LayeredBatch {

    private final TokenBatch rows;
    private final int layers;

    LayeredBatch(TokenBatch rows, int layers) {
        this.rows = rows;
        this.layers = layers;
    }

    /** Returns how many tokens there are. */
    public int tokens() {
        return rows.count() / layers;
    }

    /** Returns the activations, {@code [tokens][layers][d_in]}. */
    public float[][][] activations() {
        float[][] all = rows.rows();
        float[][][] activations = new float[tokens()][][];
        for (int token = 0; token < activations.length; token++) {
            activations[token] = Arrays.copyOfRange(all, token * layers, (token + 1) * layers);
        }
        return activations;
    }

    /** Returns the rows, the layers of a token behind one another: what a sink of all layers' features is given with them. */
    public TokenBatch rows() {
        return rows;
    }

    /**
     * Returns the tokens in one layer: what a sink of its features is given with them.
     *
     * @param layer from 0
     * @throws IndexOutOfBoundsException if there is no such layer
     */
    public TokenBatch layer(int layer) {
        if (layer < 0 || layer >= layers) {
            throw new IndexOutOfBoundsException("There is no layer " + layer + ": there are " + layers + ".");
        }
        float[][] all = rows.rows();
        float[][] ofLayer = new float[tokens()][];
        for (int token = 0; token < ofLayer.length; token++) {
            ofLayer[token] = all[token * layers + layer];
        }
        return TokenBatch.of(ofLayer);
    }
}
