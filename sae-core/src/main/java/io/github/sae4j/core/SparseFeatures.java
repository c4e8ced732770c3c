package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.Rows;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The active features of a number of tokens: for each token only those that are not zero, in compressed sparse row form.
 *
 * <p>The active features of token {@code t} stand at the positions {@code rowOffsets[t]} to {@code rowOffsets[t + 1] - 1}
 * of {@code indices} (ascending within a token) and {@code values}. The shape of the activations that were encoded is
 * kept: its leading axes, without the last one, are {@link #leadingShape()}. What decoding needs of the activations
 * beside the features travels along as {@link #inverseTransform()}.
 *
 * <p>Immutable, held on the Java heap, safe to share between threads; there is nothing to close. Like an array, features do not
 * know which SAE made them: another with the same {@code d_sae} decodes them to wrong numbers, unnoticed.
 *
 * <pre>{@code
 * for (Feature feature : features.top(0, 5)) {                 // of the first token
 *     System.out.println(feature.index() + " " + feature.value());
 * }
 * float[][] steered = sae.decode(features.with(1234, 10));
 * }</pre>
 *
 * @since 0.1
 */
public final class SparseFeatures {

    private static final Comparator<Feature> STRONGEST_FIRST =
            Comparator.comparing(Feature::value).reversed().thenComparing(Feature::index);

    private final int dSae;
    private final long[] leadingShape;
    private final int[] rowOffsets;
    private final int[] indices;
    private final float[] values;
    private final InverseTransform inverseTransform;

    private SparseFeatures(
            int dSae,
            long[] leadingShape,
            int[] rowOffsets,
            int[] indices,
            float[] values,
            InverseTransform inverseTransform) {
        this.dSae = dSae;
        this.leadingShape = leadingShape;
        this.rowOffsets = rowOffsets;
        this.indices = indices;
        this.values = values;
        this.inverseTransform = inverseTransform;
    }

    /** Wraps arrays that a kernel made and nobody else holds. */
    static SparseFeatures trusted(
            int dSae,
            long[] leadingShape,
            int[] rowOffsets,
            int[] indices,
            float[] values,
            InverseTransform inverseTransform) {
        return new SparseFeatures(dSae, leadingShape, rowOffsets, indices, values, inverseTransform);
    }

    /**
     * Returns features from their compressed sparse rows.
     *
     * @param dSae the number of features that there are, at least 1
     * @param leadingShape the axes before the feature axis; their product is the number of tokens (1 for no axis); copied
     * @param rowOffsets {@code [tokens + 1]}, from 0, never falling, ending at the number of active features; copied
     * @param indices the active features of each token, ascending, each from 0 to {@code dSae - 1}; copied
     * @param values the value of each active feature; copied
     * @param inverseTransform what decoding needs beside, {@link InverseTransform#identity()} if nothing
     * @throws NullPointerException if an argument is null
     * @throws SaeException if one breaks what is said of it here
     */
    public static SparseFeatures of(
            int dSae,
            long[] leadingShape,
            int[] rowOffsets,
            int[] indices,
            float[] values,
            InverseTransform inverseTransform) {
        SaeException.requirePresent(leadingShape, "leadingShape");
        SaeException.requirePresent(rowOffsets, "rowOffsets");
        SaeException.requirePresent(indices, "indices");
        SaeException.requirePresent(values, "values");
        SaeException.requirePresent(inverseTransform, "inverseTransform");
        // Copies come first, so that nobody changes what has been checked.
        Rows rows = new Rows(rowOffsets.clone(), indices.clone(), values.clone());
        long[] shape = leadingShape.clone();
        RowsCheck.of(dSae, shape, rows, inverseTransform);
        return new SparseFeatures(dSae, shape, rows.offsets(), rows.indices(), rows.values(), inverseTransform);
    }

    /** Returns the number of features that there are, {@code d_sae}. */
    public int dSae() {
        return dSae;
    }

    /** Returns a copy of the axes before the feature axis; empty for a single token that had no leading axis. */
    public long[] leadingShape() {
        return leadingShape.clone();
    }

    /** Returns the shape of the dense matrix: {@link #leadingShape()} and then {@code d_sae}. */
    public long[] shape() {
        long[] shape = Arrays.copyOf(leadingShape, leadingShape.length + 1);
        shape[leadingShape.length] = dSae;
        return shape;
    }

    /** Returns the number of tokens: the product of the leading axes. */
    public int tokens() {
        return rowOffsets.length - 1;
    }

    /** Returns the number of active features of all tokens together. */
    public int activeCount() {
        return indices.length;
    }

    /**
     * Returns the number of active features of a token.
     *
     * @param token from 0 to {@code tokens() - 1}, in row-major order of the leading axes
     * @throws SaeException if there is no such token
     */
    public int activeCount(int token) {
        requireToken(token);
        return rowOffsets[token + 1] - rowOffsets[token];
    }

    /** Returns the L0: the mean number of active features of a token, 0 if there is no token. */
    public double l0() {
        return tokens() == 0 ? 0 : (double) indices.length / tokens();
    }

    /** Returns a read-only view of where each token's active features begin, {@code [tokens + 1]}. */
    public IntBuffer rowOffsets() {
        return IntBuffer.wrap(rowOffsets).asReadOnlyBuffer();
    }

    /** Returns a read-only view of the active features' indices, token after token. */
    public IntBuffer indices() {
        return IntBuffer.wrap(indices).asReadOnlyBuffer();
    }

    /** Returns a read-only view of the active features' values, token after token. */
    public FloatBuffer values() {
        return FloatBuffer.wrap(values).asReadOnlyBuffer();
    }

    /** Returns what decoding needs of the activations beside the features. */
    public InverseTransform inverseTransform() {
        return inverseTransform;
    }

    /**
     * Returns the value of a feature, 0 if it is not active.
     *
     * @param token from 0 to {@code tokens() - 1}
     * @param feature from 0 to {@code d_sae - 1}
     * @throws SaeException if there is no such token or feature
     */
    public float value(int token, int feature) {
        requireToken(token);
        SaeException.requireFeature(feature, dSae);
        int at = Arrays.binarySearch(indices, rowOffsets[token], rowOffsets[token + 1], feature);
        return at < 0 ? 0 : values[at];
    }

    /**
     * Returns the active features of a token by ascending index.
     *
     * @param token from 0 to {@code tokens() - 1}
     * @throws SaeException if there is no such token
     */
    public List<Feature> active(int token) {
        requireToken(token);
        return IntStream.range(rowOffsets[token], rowOffsets[token + 1])
                .mapToObj(at -> new Feature(indices[at], values[at]))
                .toList();
    }

    /**
     * Returns the strongest features of a token, the strongest first and the lower index first among equals.
     *
     * @param token from 0 to {@code tokens() - 1}
     * @param k how many at most, at least 1; fewer are active in a token with fewer
     * @throws SaeException if there is no such token, or {@code k} is below 1
     */
    public List<Feature> top(int token, int k) {
        requireK(k);
        return active(token).stream().sorted(STRONGEST_FIRST).limit(k).toList();
    }

    /**
     * Returns features of which each token has kept only its {@code k} strongest, the lower index among equals.
     *
     * @param k how many at most, at least 1
     * @throws SaeException if {@code k} is below 1
     */
    public SparseFeatures topK(int k) {
        requireK(k);
        RowsBuilder kept = new RowsBuilder(tokens(), indices.length);
        for (int token = 0; token < tokens(); token++) {
            top(token, k).stream()
                    .sorted(Comparator.comparing(Feature::index))
                    .forEach(feature -> kept.add(feature.index(), feature.value()));
            kept.endToken();
        }
        return withRows(kept.build());
    }

    /**
     * Returns the features with other values: to ablate a feature return 0 for it, to dampen it a part of its value.
     *
     * @param edit gives the new value of each active feature; those that become 0 are no longer active
     * @throws NullPointerException if {@code edit} is null
     */
    public SparseFeatures edit(Edit edit) {
        return withRows(RowEdits.edited(rows(), SaeException.requirePresent(edit, "edit")));
    }

    /**
     * Returns the features with one of them at a value in every token, whether it was active there or not: to clamp a feature
     * for steering. The value is the feature's own, as encoding gives it, before decoding gives the token its scale back.
     *
     * @param feature from 0 to {@code d_sae - 1}
     * @param value the value; 0 makes the feature inactive
     * @throws SaeException if there is no such feature
     */
    public SparseFeatures with(int feature, float value) {
        SaeException.requireFeature(feature, dSae);
        return withRows(RowEdits.clamped(rows(), feature, value));
    }

    /**
     * Returns the features without some of them in every token: to ablate them.
     *
     * @param features each from 0 to {@code d_sae - 1}
     * @throws NullPointerException if {@code features} is null
     * @throws SaeException if there is no such feature
     */
    public SparseFeatures without(int... features) {
        SaeException.requirePresent(features, "features");
        BitSet ablated = new BitSet(dSae);
        for (int feature : features) {
            SaeException.requireFeature(feature, dSae);
            ablated.set(feature);
        }
        return edit((token, feature, value) -> ablated.get(feature) ? 0 : value);
    }

    private SparseFeatures withRows(Rows rows) {
        return new SparseFeatures(dSae, leadingShape, rows.offsets(), rows.indices(), rows.values(), inverseTransform);
    }

    /**
     * A new value for each active feature. Called in the thread of {@link #edit}, for one value after the other.
     *
     * <pre>{@code
     * SparseFeatures.Edit halve = (token, feature, value) -> feature == 1234 ? value / 2 : value;
     * float[][] steered = sae.decode(features.edit(halve));
     * }</pre>
     *
     * @since 0.1
     */
    @FunctionalInterface
    public interface Edit {

        /**
         * Returns the new value of an active feature.
         *
         * @param token the token, from 0
         * @param feature the feature's index
         * @param value its present value
         */
        float apply(int token, int feature, float value);
    }

    /**
     * Returns the dense matrix, {@code [tokens][d_sae]}, on the Java heap.
     *
     * @throws OutOfMemoryError if the heap does not hold {@code tokens * d_sae} floats
     */
    public float[][] toDense() {
        float[][] dense = new float[tokens()][dSae];
        for (int token = 0; token < tokens(); token++) {
            for (int at = rowOffsets[token]; at < rowOffsets[token + 1]; at++) {
                dense[token][indices[at]] = values[at];
            }
        }
        return dense;
    }

    /**
     * Returns the features in a form that keeps from version to version of this library, for a queue, a cache or a column of
     * bytes; {@link #fromBytes} reads it. Little-endian, 4 bytes for each token and 8 for each active feature beside a head.
     *
     * @throws SaeException if they take more than 2 GiB
     */
    public byte[] toBytes() {
        return FeatureBytes.write(this);
    }

    /**
     * Returns the features that {@link #toBytes} wrote.
     *
     * @throws SaeException if the bytes are none, cut, of a later form, or break what is said at {@link #of}
     */
    public static SparseFeatures fromBytes(byte[] bytes) {
        return FeatureBytes.read(SaeException.requirePresent(bytes, "bytes"));
    }

    /** Returns the rows as kernels take them; their arrays must not be changed. */
    Rows rows() {
        return new Rows(rowOffsets, indices, values);
    }

    /** Returns the tokens of this and then of other features; both have one leading axis and the same d_sae. */
    SparseFeatures followedBy(SparseFeatures next) {
        Rows joined = RowEdits.joined(rows(), next.rows());
        return new SparseFeatures(
                dSae,
                new long[] {tokens() + next.tokens()},
                joined.offsets(),
                joined.indices(),
                joined.values(),
                inverseTransform.followedBy(next.inverseTransform));
    }

    void requireFinite() {
        for (int token = 0; token < tokens(); token++) {
            for (int at = rowOffsets[token]; at < rowOffsets[token + 1]; at++) {
                if (!Float.isFinite(values[at])) {
                    throw new SaeException(
                            SaeException.Reason.NOT_FINITE,
                            "Feature " + indices[at] + " of token " + token + " is " + values[at]
                                    + ". Values must be finite unless the SAE was opened to allow others.");
                }
            }
        }
    }

    /** Returns whether the other is features of the same tokens: shape, indices, bits of the values, and inverse transform. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SparseFeatures features
                && dSae == features.dSae
                && Arrays.equals(leadingShape, features.leadingShape)
                && Arrays.equals(rowOffsets, features.rowOffsets)
                && Arrays.equals(indices, features.indices)
                && Arrays.equals(values, features.values)
                && inverseTransform.equals(features.inverseTransform);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(indices) + Arrays.hashCode(values);
    }

    /** Returns a line with the shape and the L0. */
    @Override
    public String toString() {
        return "SparseFeatures" + Arrays.toString(shape()) + " with L0 " + l0();
    }

    private void requireToken(int token) {
        if (token < 0 || token >= tokens()) {
            throw new SaeException("There is no token " + token + ": there are " + tokens() + ".");
        }
    }

    private static void requireK(int k) {
        if (k < 1) {
            throw new SaeException("k must be at least 1, but is " + k + ".");
        }
    }
}
