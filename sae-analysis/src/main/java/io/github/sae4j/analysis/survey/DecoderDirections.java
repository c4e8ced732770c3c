package io.github.sae4j.analysis.survey;

import io.github.sae4j.core.WeightMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The directions that features are decoded to, the rows of {@code W_dec}, compared by the cosines of their angles.
 *
 * <p>The decoder is read once, a block of rows at a time, by all processors; only what is nearest is kept. Sums are float64.
 *
 * <pre>{@code
 * DecoderDirections directions = DecoderDirections.of(sae.parts().decoder().orElseThrow());
 * List<Neighbour> nearest = directions.nearest(List.of(1234), 5).get(0);
 * double[] norms = directions.norms();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class DecoderDirections {

    private static final int BLOCK = 256;

    private final WeightMatrix decoder;
    private final StoredRows stored;
    private final int dSae;
    private final int dOut;

    private DecoderDirections(WeightMatrix decoder) {
        this.decoder = decoder;
        this.stored = StoredRows.of(decoder);
        this.dSae = Math.toIntExact(decoder.rows());
        this.dOut = Math.toIntExact(decoder.columns());
    }

    /** Returns the directions of a decoder, {@code [d_sae, d_out]}. */
    public static DecoderDirections of(WeightMatrix decoder) {
        return new DecoderDirections(decoder);
    }

    /**
     * Returns, for each chosen feature, the other features whose rows have the largest cosines with its own, the lower
     * number first among equals. A row of zeros has no direction, and so no neighbours.
     *
     * @param features the chosen ones, each from 0 to {@code d_sae - 1}
     * @param most how many neighbours at most
     */
    public List<List<Neighbour>> nearest(List<Integer> features, int most) {
        List<float[]> directions =
                features.stream().map(feature -> block(feature, 1)[0]).toList();
        double[] norms = directions.stream()
                .mapToDouble(row -> Math.sqrt(product(row, row)))
                .toArray();
        List<PriorityQueue<Neighbour>> nearest = new ArrayList<>();
        features.forEach(feature -> nearest.add(new PriorityQueue<>(Neighbour.NEAREST_FIRST.reversed())));
        IntStream.range(0, (dSae + BLOCK - 1) / BLOCK).parallel().forEach(number -> {
            int first = number * BLOCK;
            float[][] rows = block(first, Math.min(BLOCK, dSae - first));
            for (int row = 0; row < rows.length; row++) {
                double norm = Math.sqrt(product(rows[row], rows[row]));
                for (int chosen = 0; chosen < norms.length; chosen++) {
                    if (features.get(chosen) != first + row && norm * norms[chosen] > 0) {
                        double cosine = product(rows[row], directions.get(chosen)) / (norm * norms[chosen]);
                        keep(nearest.get(chosen), new Neighbour(first + row, cosine), most);
                    }
                }
            }
        });
        return nearest.stream()
                .map(queue -> queue.stream().sorted(Neighbour.NEAREST_FIRST).toList())
                .toList();
    }

    /** Returns the Euclidean norm of each feature's row. */
    public double[] norms() {
        double[] norms = new double[dSae];
        for (int first = 0; first < dSae; first += BLOCK) {
            float[][] rows = block(first, Math.min(BLOCK, dSae - first));
            for (int row = 0; row < rows.length; row++) {
                norms[first + row] = Math.sqrt(product(rows[row], rows[row]));
            }
        }
        return norms;
    }

    private static void keep(PriorityQueue<Neighbour> nearest, Neighbour found, int most) {
        synchronized (nearest) {
            nearest.add(found);
            if (nearest.size() > most) {
                nearest.remove();
            }
        }
    }

    /** Reads whole stored rows where they are features, and a stretch of each where they are columns. */
    private float[][] block(int first, int count) {
        float[][] rows = new float[count][dOut];
        if (!decoder.isTransposed()) {
            for (int row = 0; row < count; row++) {
                stored.read(first + row, 0, dOut, rows[row]);
            }
            return rows;
        }
        float[] stretch = new float[count];
        for (int column = 0; column < dOut; column++) {
            stored.read(column, first, count, stretch);
            for (int row = 0; row < count; row++) {
                rows[row][column] = stretch[row];
            }
        }
        return rows;
    }

    /** Four sums, because each addition waits for the one before. */
    private static double product(float[] one, float[] other) {
        double sum0 = 0;
        double sum1 = 0;
        double sum2 = 0;
        double sum3 = 0;
        int i = 0;
        for (; i + 3 < one.length; i += 4) {
            sum0 += (double) one[i] * other[i];
            sum1 += (double) one[i + 1] * other[i + 1];
            sum2 += (double) one[i + 2] * other[i + 2];
            sum3 += (double) one[i + 3] * other[i + 3];
        }
        for (; i < one.length; i++) {
            sum0 += (double) one[i] * other[i];
        }
        return sum0 + sum1 + sum2 + sum3;
    }
}
