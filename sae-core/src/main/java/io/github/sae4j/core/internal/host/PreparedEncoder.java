package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An encoder once more, feature by feature: in 8 bits, {@code w ≈ scale * q}, from which products are known well enough to
 * see that most features are not active, and as it is stored, for the products of the others.
 *
 * <p>How far the 8 bits are off is kept with them: for each feature {@code ||w||} and {@code ||w - scale * q||}, both rounded
 * up, infinite where a weight is not finite.
 */
public final class PreparedEncoder {

    /** The rows of 8-bit numbers end with zeros at a multiple of so many bytes, as long as any machine's vector. */
    public static final int WHOLE = 64;

    /** The largest that 8-bit numbers may be, a feature's and a token's; the smallest is its negative. */
    public static final int LARGEST = 127;

    /** With more numbers in an activation, exact sums of products of 8-bit numbers could leave int32. */
    static final int MOST_INPUTS = Integer.MAX_VALUE / (LARGEST * LARGEST);

    private static final int SHARE = 64;

    private final WeightMatrix rows;
    private final ByteBuffer quantized;
    private final int stride;
    private final int largest;
    private final float[] scale;
    private final float[] norm;
    private final float[] error;

    private PreparedEncoder(WeightMatrix rows, ByteBuffer quantized, int stride, int largest) {
        this.rows = rows;
        this.quantized = quantized;
        this.stride = stride;
        this.largest = largest;
        this.scale = new float[(int) rows.rows()];
        this.norm = new float[scale.length];
        this.error = new float[scale.length];
    }

    /**
     * Reads all weights and makes the copies, outside the heap.
     *
     * @param encoder {@code W_enc}, {@code [d_in, d_sae]}; where it lies transposed, its features are not copied as they are
     *     stored
     * @param largest the largest of the features' 8-bit numbers, at most {@value #LARGEST}
     * @throws SaeException if it does not {@linkplain #requireFits fit}, or there is no memory for the copies
     */
    public static PreparedEncoder of(WeightMatrix encoder, int largest, Workers workers) {
        requireFits(encoder);
        int stride = stride(encoder);
        long bytes = stride * encoder.columns();
        try {
            ByteBuffer quantized =
                    ByteBuffer.allocateDirect((int) bytes + WHOLE).alignedSlice(WHOLE);
            WeightMatrix features = encoder.transposed();
            PreparedEncoder prepared = new PreparedEncoder(
                    features.isTransposed() ? RowByRow.of(features, workers) : features, quantized, stride, largest);
            int dSae = prepared.dSae();
            workers.run(prepared.new Quantization(), (dSae + SHARE - 1) / SHARE, workers.size());
            return prepared;
        } catch (OutOfMemoryError e) {
            throw new SaeException(
                    SaeException.Reason.OUT_OF_MEMORY,
                    "There is no memory outside the heap to prepare this SAE, which takes " + bytes(encoder)
                            + " bytes: start Java with a larger -XX:MaxDirectMemorySize, or do not prepare it.",
                    e);
        }
    }

    /**
     * Lets in encoders that can be prepared.
     *
     * @throws SaeException if the 8-bit numbers are 2 GiB or more, or activations have more than {@value #MOST_INPUTS} numbers
     */
    public static void requireFits(WeightMatrix encoder) {
        if (encoder.rows() > MOST_INPUTS) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "This SAE cannot be prepared: d_in is " + encoder.rows()
                            + ", but sums of 8-bit products hold at most " + MOST_INPUTS + " of them.");
        }
        long bytes = stride(encoder) * encoder.columns();
        if (bytes > Integer.MAX_VALUE - WHOLE) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "This SAE cannot be prepared: its encoder in 8 bits takes " + bytes
                            + " bytes, but must be less than 2 GiB.");
        }
    }

    /** Returns how many bytes the copies of an encoder take. */
    public static long bytes(WeightMatrix encoder) {
        long stored =
                encoder.isTransposed() ? 0 : encoder.rows() * encoder.type().bytes();
        return encoder.columns() * (stride(encoder) + stored + 3L * Float.BYTES);
    }

    /** Returns how many bytes a row of an encoder's 8-bit numbers takes, a multiple of {@link #WHOLE}. */
    public static int stride(WeightMatrix encoder) {
        return (int) ((encoder.rows() + WHOLE - 1) / WHOLE * WHOLE);
    }

    private final class Quantization extends WorkerPool.Work {

        @Override
        protected void part(int slot, int share) {
            int dIn = (int) rows.columns();
            float[] row = new float[dIn];
            byte[] bytes = new byte[stride];
            int end = Math.min((share + 1) * SHARE, dSae());
            for (int feature = share * SHARE; feature < end; feature++) {
                read(feature, row);
                quantize(feature, row, bytes);
                quantized.put(feature * stride, bytes);
            }
        }

        private void read(int feature, float[] row) {
            WeightType type = rows.type();
            int first = 0;
            for (ByteBuffer part : rows.parts()) {
                int rowBytes = row.length * type.bytes();
                int count = part.remaining() / rowBytes;
                if (feature < first + count) {
                    int at = (feature - first) * rowBytes;
                    for (int k = 0; k < row.length; k++) {
                        row[k] = type.get(part, at + k * type.bytes());
                    }
                    return;
                }
                first += count;
            }
            throw new IllegalArgumentException("There is no row " + feature + ".");
        }

        private void quantize(int feature, float[] row, byte[] bytes) {
            float most = 0;
            double squares = 0;
            for (float weight : row) {
                most = Math.max(most, Math.abs(weight));
                squares += (double) weight * weight;
            }
            float step = most / largest;
            if (!(step >= Float.MIN_NORMAL && step < Float.POSITIVE_INFINITY)) {
                step = 0;
            }
            double errors = 0;
            for (int k = 0; k < row.length; k++) {
                int q = step == 0 ? 0 : Math.max(-largest, Math.min(largest, Math.round(row[k] / step)));
                bytes[k] = (byte) q;
                double off = row[k] - (double) step * q;
                errors += off * off;
            }
            scale[feature] = step;
            norm[feature] = rootUp(squares);
            error[feature] = rootUp(errors);
        }
    }

    /**
     * Returns a float that the root of a sum of squares in float64 does not exceed: 0 where all of them are, infinite where
     * the sum is not a number.
     */
    public static float rootUp(double squares) {
        if (squares == 0) {
            return 0;
        }
        // Each of the sum's terms is within 2^-53 of itself, and there are fewer than 2^31 of them.
        float root = Math.nextUp((float) (Math.sqrt(squares) * (1 + 0x1p-21)));
        return Float.isNaN(root) ? Float.POSITIVE_INFINITY : root;
    }

    /** Returns the number of features. */
    public int dSae() {
        return scale.length;
    }

    /** Returns the features' weights as they are stored, {@code [d_sae, d_in]}. */
    public WeightMatrix rows() {
        return rows;
    }

    /** Returns the 8-bit numbers, {@code [d_sae, stride]} from position 0. */
    public ByteBuffer quantized() {
        return quantized.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Returns the bytes of a row of 8-bit numbers, a multiple of {@link #WHOLE}. */
    public int stride() {
        return stride;
    }

    /** Returns what a feature's 8-bit numbers are multiplied by; 0 if they are all 0. */
    public float scale(int feature) {
        return scale[feature];
    }

    /** Returns a number that the Euclidean norm of a feature's weights does not exceed. */
    public float norm(int feature) {
        return norm[feature];
    }

    /** Returns a number that the Euclidean distance of a feature's weights to those in 8 bits does not exceed. */
    public float error(int feature) {
        return error[feature];
    }
}
