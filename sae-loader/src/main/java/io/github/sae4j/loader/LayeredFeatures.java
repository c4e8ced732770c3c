package io.github.sae4j.loader;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseFeatures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The active features of some tokens in each layer of a {@link SaeSet}.
 *
 * <p>Immutable, held on the Java heap, safe to share between threads; there is nothing to close.
 *
 * <pre>{@code
 * LayeredFeatures without = set.encode(layered).edit(3, (token, feature, value) -> 0);
 * float[][][] back = set.decode(without);
 * }</pre>
 *
 * @param layers for each layer the features of all tokens, with one leading axis and the same number of features
 * @since 0.1
 */
public record LayeredFeatures(List<SparseFeatures> layers) {

    /**
     * Copies the list.
     *
     * @throws NullPointerException if the list or a layer is null
     * @throws SaeException if there is no layer, or layers differ in their tokens or in their number of features
     */
    public LayeredFeatures {
        SAE.requirePresent(layers, "layers").forEach(layer -> SAE.requirePresent(layer, "layer"));
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new SaeException("The features of at least one layer are needed.");
        }
        SparseFeatures first = layers.get(0);
        for (int layer = 0; layer < layers.size(); layer++) {
            SparseFeatures other = layers.get(layer);
            if (other.dSae() != first.dSae() || other.tokens() != first.tokens() || other.leadingShape().length != 1) {
                throw new SaeException("The features of layer " + layer + " have the shape "
                        + Arrays.toString(other.shape()) + ", but those of each layer should have ["
                        + first.tokens() + ", " + first.dSae() + "].");
            }
        }
    }

    /**
     * Returns the features of layers that lie side by side for each token.
     *
     * @param rows layer after layer of each token, whatever the leading axes
     * @param count how many layers there are, at least 1
     * @throws NullPointerException if {@code rows} is null
     * @throws SaeException if there are not as many rows for each token
     */
    public static LayeredFeatures of(SparseFeatures rows, int count) {
        if (SAE.requirePresent(rows, "rows").tokens() % Math.max(1, count) != 0 || count < 1) {
            throw new SaeException("The features of " + count
                    + " layers need as many rows for each token, but there are " + rows.tokens() + ".");
        }
        int tokens = rows.tokens() / count;
        List<SparseFeatures> layers = new ArrayList<>(count);
        for (int layer = 0; layer < count; layer++) {
            int[] starts = new int[tokens];
            for (int token = 0; token < tokens; token++) {
                starts[token] = token * count + layer;
            }
            layers.add(gathered(new long[] {tokens}, List.of(rows), new int[tokens], starts));
        }
        return new LayeredFeatures(layers);
    }

    /**
     * Returns the layers side by side for each token: {@code [tokens, layers, d_sae]} in compressed sparse rows.
     *
     * @throws SaeException if more features are active than one result can hold
     */
    public SparseFeatures sideBySide() {
        int count = layers.size();
        int rows = Math.multiplyExact(tokens(), count);
        int[] from = new int[rows];
        int[] row = new int[rows];
        for (int at = 0; at < rows; at++) {
            from[at] = at % count;
            row[at] = at / count;
        }
        return gathered(new long[] {tokens(), count}, layers, from, row);
    }

    /** Returns some tokens: from {@code from} on and before {@code to}. */
    LayeredFeatures slice(int from, int to) {
        int[] rows = new int[to - from];
        Arrays.setAll(rows, row -> from + row);
        return new LayeredFeatures(layers.stream()
                .map(layer -> gathered(new long[] {rows.length}, List.of(layer), new int[rows.length], rows))
                .toList());
    }

    private static SparseFeatures gathered(long[] shape, List<SparseFeatures> sources, int[] from, int[] row) {
        int[] offsets = new int[row.length + 1];
        for (int at = 0; at < row.length; at++) {
            long end = (long) offsets[at] + sources.get(from[at]).activeCount(row[at]);
            if (end > Integer.MAX_VALUE - 8) {
                throw new SaeException(
                        SaeException.Reason.TOO_LARGE,
                        "More than " + end + " features are active in these activations, more than one"
                                + " result can hold: take fewer tokens at a time.");
            }
            offsets[at + 1] = (int) end;
        }
        int[] indices = new int[offsets[row.length]];
        float[] values = new float[indices.length];
        for (int at = 0; at < row.length; at++) {
            SparseFeatures source = sources.get(from[at]);
            int start = source.rowOffsets().get(row[at]);
            int active = offsets[at + 1] - offsets[at];
            source.indices().get(start, indices, offsets[at], active);
            source.values().get(start, values, offsets[at], active);
        }
        return SparseFeatures.of(sources.get(0).dSae(), shape, offsets, indices, values, InverseTransform.identity());
    }

    /** Returns the number of tokens. */
    public int tokens() {
        return layers.get(0).tokens();
    }

    /** Returns the number of features of one layer. */
    public int dSae() {
        return layers.get(0).dSae();
    }

    /**
     * Returns the features of a layer.
     *
     * @param layer from 0
     * @throws SaeException if there is no such layer
     */
    public SparseFeatures layer(int layer) {
        if (layer < 0 || layer >= layers.size()) {
            throw new SaeException("There is no layer " + layer + ": there are " + layers.size() + ".");
        }
        return layers.get(layer);
    }

    /**
     * Returns the features with other values in one layer, see {@link SparseFeatures#edit}.
     *
     * @param layer from 0
     * @param edit gives the new value of each active feature of that layer
     * @throws NullPointerException if {@code edit} is null
     * @throws SaeException if there is no such layer
     */
    public LayeredFeatures edit(int layer, SparseFeatures.Edit edit) {
        List<SparseFeatures> edited = new ArrayList<>(layers);
        edited.set(layer, layer(layer).edit(edit));
        return new LayeredFeatures(edited);
    }

    /** Returns the mean number of active features of a token in all layers together, 0 if there is no token. */
    public double l0() {
        return layers.stream().mapToDouble(SparseFeatures::l0).sum();
    }

    /** Returns a line with the shape and the L0. */
    @Override
    public String toString() {
        return "LayeredFeatures[" + tokens() + ", " + layers.size() + ", " + dSae() + "] with L0 " + l0();
    }
}
