package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a threshold is for a feature or for the feature times the norm of its decoder row: the field
 * {@value #FIELD} of OpenMOSS's configurations.
 *
 * <p>The publisher's code, with which the thresholds were found, compares the product; its loader in SAELens compares the
 * feature. Where all norms are 1, to within the rounding of the weights, there is no difference.
 */
final class DecoderNorms {

    static final String FIELD = "sparsity_include_decoder_norm";

    private static final Logger LOG = LoggerFactory.getLogger(DecoderNorms.class);

    private final boolean counted;
    private final boolean said;
    private final String place;

    private DecoderNorms(boolean counted, boolean said, String place) {
        this.counted = counted;
        this.said = said;
        this.place = place;
    }

    /** Reads the field, or what the user says of it; without either the publisher's default counts, which is true. */
    static DecoderNorms of(Reading reading, Fields fields) {
        Boolean field = fields.flag(FIELD);
        boolean counted = reading.overrideFlag(FIELD).orElse(!Boolean.FALSE.equals(field));
        return new DecoderNorms(
                counted,
                reading.overrideFlag(FIELD).isPresent(),
                reading.place().label());
    }

    /** Returns whether norms count. */
    boolean counted() {
        return counted;
    }

    /**
     * Returns thresholds for features, of thresholds for what the publisher's rule looks at.
     *
     * @param thresholds {@code [d_sae]}; changed
     * @param weights have the decoder, {@code W_dec [d_sae, width]}
     */
    float[] thresholds(float[] thresholds, Weights weights, int width) {
        if (!counted) {
            return thresholds;
        }
        WeightMatrix decoder = weights.matrix("W_dec", thresholds.length, width);
        double[] norms = norms(decoder, 1);
        if (areOne(norms, Math.max(rounding(weights.storedType("W_dec")), rounding(decoder.type())))) {
            return thresholds;
        }
        if (!said) {
            LOG.warn(
                    "{}: decoder rows are not of norm 1 (mean {}), so thresholds are compared with features times these"
                            + " norms, as in the publisher's code; SAELens compares features alone, which"
                            + " override(\"{}\", false) does",
                    place,
                    String.format(
                            java.util.Locale.ROOT,
                            "%.3f",
                            IntStream.range(0, norms.length)
                                    .mapToDouble(feature -> norms[feature])
                                    .average()
                                    .orElse(0)),
                    FIELD);
        }
        divide(thresholds, norms);
        return thresholds;
    }

    /** Makes thresholds for features of thresholds for features times norms. */
    static void divide(float[] thresholds, double[] norms) {
        for (int feature = 0; feature < thresholds.length; feature++) {
            // Nothing times zero is above a threshold that is not negative.
            thresholds[feature] =
                    norms[feature] == 0 ? Float.MAX_VALUE : (float) (thresholds[feature] / norms[feature]);
        }
    }

    /** Returns how far from 1 the norm of a row of norm 1 may be. */
    private static double rounding(WeightType type) {
        return switch (type) {
            case BFLOAT16 -> 0x1p-8;
            case FLOAT16 -> 0x1p-11;
            case FLOAT32 -> 0x1p-16;
        };
    }

    private static boolean areOne(double[] norms, double rounding) {
        for (double norm : norms) {
            if (Math.abs(norm - 1) > rounding) {
                return false;
            }
        }
        return true;
    }

    /**
     * Returns the norm of each row of a matrix, of sums in float64.
     *
     * @param segments how many segments a row is of; the sum of their norms counts
     */
    static double[] norms(WeightMatrix matrix, int segments) {
        double[] norms = new double[Math.toIntExact(matrix.rows())];
        int width = Math.toIntExact(matrix.columns()) / segments;
        for (int segment = 0; segment < segments; segment++) {
            double[] sums = new double[norms.length];
            if (matrix.isTransposed()) {
                addColumns(matrix, segment * width, width, sums);
            } else {
                addRows(matrix, segment * width, width, sums);
            }
            for (int row = 0; row < norms.length; row++) {
                norms[row] += Math.sqrt(sums[row]);
            }
        }
        return norms;
    }

    /** Adds the squares of some columns, whose rows lie together. */
    private static void addRows(WeightMatrix matrix, int column, int columns, double[] sums) {
        WeightType type = matrix.type();
        int rowBytes = Math.toIntExact(matrix.columns() * type.bytes());
        int first = 0;
        for (ByteBuffer part : matrix.parts()) {
            int from = first;
            int rows = part.remaining() / rowBytes;
            IntStream.range(0, rows).parallel().forEach(row -> {
                double sum = 0;
                int begin = row * rowBytes + column * type.bytes();
                for (int at = begin; at < begin + columns * type.bytes(); at += type.bytes()) {
                    double value = type.get(part, at);
                    sum += value * value;
                }
                sums[from + row] = sum;
            });
            first += rows;
        }
    }

    /** Adds the squares of some columns, which are the rows that lie together. */
    private static void addColumns(WeightMatrix matrix, int column, int columns, double[] sums) {
        WeightType type = matrix.type();
        int rowBytes = Math.multiplyExact(sums.length, type.bytes());
        int pieces = Math.min(sums.length, Runtime.getRuntime().availableProcessors());
        IntStream.range(0, pieces).parallel().forEach(piece -> {
            int from = (int) ((long) sums.length * piece / pieces);
            int to = (int) ((long) sums.length * (piece + 1) / pieces);
            int first = 0;
            for (ByteBuffer part : matrix.parts()) {
                int rows = part.limit() / rowBytes;
                for (int row = Math.max(0, column - first); row < Math.min(rows, column + columns - first); row++) {
                    for (int feature = from; feature < to; feature++) {
                        double value = type.get(part, row * rowBytes + feature * type.bytes());
                        sums[feature] += value * value;
                    }
                }
                first += rows;
            }
        });
    }
}
