package io.github.sae4j.analysis.machine;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightMatrix;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Times what an SAE does with batches of tokens, and compares it with what the machine can do.
 *
 * <pre>{@code
 * new Bench(sae, Limits.measure(), List.of(1, 512), 2)
 *         .run(row -> System.out.println(row.work() + " " + row.tokens() + ": " + row.tokensPerSecond() + " tokens/s"));
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class Bench {

    /** The batch that decoding and dense encoding are timed with, if it is among those asked for. */
    private static final int USUAL_BATCH = 512;

    private final SparseAutoencoder sae;
    private final Limits limits;
    private final List<Integer> batches;
    private final double seconds;
    private final int largeBatch;
    private final GaussianActivations activations;
    private final SparseFeatures features;

    /**
     * Prepares to measure.
     *
     * @param sae what is measured; it stays the caller's
     * @param limits what the machine can do
     * @param batches how many tokens to encode at a time, one after the other; at least one number, each at least 1
     * @param seconds how long each row of the table takes, unless seven runs take longer
     * @throws IllegalArgumentException if there is no batch, or one of no tokens
     * @throws AnalysisException if the SAE {@linkplain #requireMeasurable cannot be measured}
     */
    public Bench(SparseAutoencoder sae, Limits limits, List<Integer> batches, double seconds) {
        requireMeasurable(sae);
        if (batches.isEmpty() || Collections.min(batches) < 1) {
            throw new IllegalArgumentException("Batches of at least 1 token each are measured, not " + batches + ".");
        }
        this.sae = sae;
        this.limits = limits;
        this.batches = List.copyOf(batches);
        this.seconds = seconds;
        int most = Collections.max(batches);
        this.largeBatch = batches.contains(USUAL_BATCH) ? USUAL_BATCH : most;
        this.activations = GaussianActivations.of(sae, most);
        this.features = sae.encode(activations.first(largeBatch));
    }

    /**
     * Checks that an SAE can be measured.
     *
     * @throws AnalysisException if it takes whole sequences
     */
    public static void requireMeasurable(SparseAutoencoder sae) {
        if (!sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            throw new AnalysisException(
                    AnalysisException.Reason.UNSUPPORTED,
                    "This SAE takes whole sequences, and only SAEs that take tokens are measured.");
        }
    }

    /** Returns the mean number of active features of a token of what is encoded. */
    public double l0() {
        return features.l0();
    }

    /**
     * Measures row by row: sparse encoding of every batch, then sparse decoding and dense encoding of one of them. Dense
     * results are arrays of libtorch's, so where that is not there the last row is left out.
     *
     * @param rows takes each row as soon as it is known
     */
    public void run(Consumer<BenchRow> rows) {
        for (int tokens : batches) {
            float[][] batch = activations.first(tokens);
            rows.accept(encodeRow("encode", tokens, Timing.of(() -> sae.encode(batch), seconds)));
        }
        if (sae.capabilities().has(SaeCapability.DECODE)) {
            Timing timing = Timing.of(() -> sae.decode(features), seconds);
            rows.accept(new BenchRow("decode", largeBatch, timing, OptionalDouble.empty(), OptionalDouble.empty()));
        }
        NDManager ofLibtorch = managerIfAny();
        if (ofLibtorch == null) {
            return;
        }
        try (NDManager manager = ofLibtorch) {
            NDArray batch = manager.create(
                    flat(activations.first(largeBatch)),
                    new Shape(largeBatch, sae.config().dIn()));
            rows.accept(encodeRow("encode dense", largeBatch, Timing.of(() -> encodeDense(batch), seconds)));
        }
    }

    private @Nullable NDManager managerIfAny() {
        try {
            return sae.newManager();
        } catch (SaeException e) {
            if (e.reason() == SaeException.Reason.UNAVAILABLE) {
                return null;
            }
            throw e;
        }
    }

    private void encodeDense(NDArray batch) {
        try (NDArray dense = sae.encodeDense(batch)) {
            // A GPU may still be at work on an array that nothing has been read of.
            dense.getFloat(0, 0);
        }
    }

    private BenchRow encodeRow(String work, int tokens, Timing timing) {
        @Nullable WeightMatrix encoder = sae.parts().encoder().orElse(null);
        if (encoder == null) {
            return new BenchRow(work, tokens, timing, OptionalDouble.empty(), OptionalDouble.empty());
        }
        double weights = (double) encoder.rows() * encoder.columns();
        double reading = weights * encoder.type().bytes() / limits.bytesPerSecond();
        double multiplying = 2 * tokens * weights / limits.flopsPerSecond();
        return new BenchRow(
                work,
                tokens,
                timing,
                OptionalDouble.of(reading / timing.median()),
                OptionalDouble.of(multiplying / timing.median()));
    }

    private static float[] flat(float[][] rows) {
        int width = rows[0].length;
        float[] values = new float[rows.length * width];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, values, row * width, width);
        }
        return values;
    }
}
