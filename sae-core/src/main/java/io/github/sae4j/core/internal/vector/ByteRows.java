package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.FLOATS;
import static io.github.sae4j.core.internal.vector.Memory.INTS;
import static io.github.sae4j.core.internal.vector.Memory.LANES;
import static io.github.sae4j.core.internal.vector.Memory.LOAD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of rows of 8-bit numbers with a token or two in float32.
 *
 * <p>A vector of ints has four numbers in each lane. Each of the four becomes the upper byte of an int, and so a float that is
 * {@link #UNIT} times the number, without a detour through vectors of another length. Tokens lie in the order that comes of
 * it, see {@link #order}.
 */
final class ByteRows {

    /** What products are too large by. */
    static final float UNIT = 0x1p24f;

    /** Numbers in a vector. */
    static final int NUMBERS = 4 * LANES;

    private static final int UPPER_BYTE = 0xff000000;

    private ByteRows() {}

    /** Lays a token out as rows are multiplied with it, zeros behind it. */
    static void order(float[] x, int xAt, int dIn, float[] to, int toAt, int stride) {
        for (int first = 0; first < stride; first += NUMBERS) {
            for (int within = 0; within < NUMBERS; within++) {
                int k = first + within;
                to[toAt + first + within % 4 * LANES + within / 4] = k < dIn ? x[xAt + k] : 0;
            }
        }
    }

    /**
     * Multiplies a row with a token.
     *
     * @param x the token in its {@linkplain #order}
     */
    static float multiply(Object memory, long at, int stride, float[] x) throws Throwable {
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int k = 0; k < stride; k += NUMBERS) {
            IntVector q = (IntVector) LOAD.invokeExact(memory, at + k);
            FloatVector q0 = (FloatVector) q.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0);
            a = FloatVector.fromArray(FLOATS, x, k).fma(q0, a);
            FloatVector q1 = (FloatVector)
                    q.lanewise(VectorOperators.LSHL, 16).and(UPPER_BYTE).convert(VectorOperators.I2F, 0);
            b = FloatVector.fromArray(FLOATS, x, k + LANES).fma(q1, b);
            FloatVector q2 = (FloatVector)
                    q.lanewise(VectorOperators.LSHL, 8).and(UPPER_BYTE).convert(VectorOperators.I2F, 0);
            a = FloatVector.fromArray(FLOATS, x, k + 2 * LANES).fma(q2, a);
            FloatVector q3 = (FloatVector) q.and(UPPER_BYTE).convert(VectorOperators.I2F, 0);
            b = FloatVector.fromArray(FLOATS, x, k + 3 * LANES).fma(q3, b);
        }
        return a.add(b).reduceLanes(VectorOperators.ADD);
    }

    /**
     * Multiplies two rows with a token, in about half of the time that one after the other takes: each load of the token serves
     * both, and where they lie far apart more of memory is busy.
     *
     * @param x the token in its {@linkplain #order}
     * @param out takes a product for each row
     */
    static void multiplyRows(Object memory, long at, long otherAt, int stride, float[] x, float[] out)
            throws Throwable {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        IntVector upperByte = IntVector.broadcast(INTS, UPPER_BYTE);
        for (int k = 0; k < stride; k += NUMBERS) {
            IntVector q = (IntVector) LOAD.invokeExact(memory, at + k);
            IntVector r = (IntVector) LOAD.invokeExact(memory, otherAt + k);
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, k);
            FloatVector q0 = (FloatVector) q.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0);
            a0 = x0.fma(q0, a0);
            FloatVector r0 = (FloatVector) r.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0);
            a1 = x0.fma(r0, a1);
            FloatVector x1 = FloatVector.fromArray(FLOATS, x, k + LANES);
            FloatVector q1 = (FloatVector)
                    q.lanewise(VectorOperators.LSHL, 16).and(upperByte).convert(VectorOperators.I2F, 0);
            b0 = x1.fma(q1, b0);
            FloatVector r1 = (FloatVector)
                    r.lanewise(VectorOperators.LSHL, 16).and(upperByte).convert(VectorOperators.I2F, 0);
            b1 = x1.fma(r1, b1);
            FloatVector x2 = FloatVector.fromArray(FLOATS, x, k + 2 * LANES);
            FloatVector q2 = (FloatVector)
                    q.lanewise(VectorOperators.LSHL, 8).and(upperByte).convert(VectorOperators.I2F, 0);
            a0 = x2.fma(q2, a0);
            FloatVector r2 = (FloatVector)
                    r.lanewise(VectorOperators.LSHL, 8).and(upperByte).convert(VectorOperators.I2F, 0);
            a1 = x2.fma(r2, a1);
            FloatVector x3 = FloatVector.fromArray(FLOATS, x, k + 3 * LANES);
            FloatVector q3 = (FloatVector) q.and(upperByte).convert(VectorOperators.I2F, 0);
            b0 = x3.fma(q3, b0);
            FloatVector r3 = (FloatVector) r.and(upperByte).convert(VectorOperators.I2F, 0);
            b1 = x3.fma(r3, b1);
        }
        out[0] = a0.add(b0).reduceLanes(VectorOperators.ADD);
        out[1] = a1.add(b1).reduceLanes(VectorOperators.ADD);
    }

    /**
     * Multiplies a row with two tokens.
     *
     * @param x the tokens in their {@linkplain #order}, {@code stride} apart
     * @param out takes a product for each token
     */
    static void multiplyTokens(Object memory, long at, int stride, float[] x, float[] out) throws Throwable {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        for (int k = 0; k < stride; k += NUMBERS) {
            IntVector q = (IntVector) LOAD.invokeExact(memory, at + k);
            FloatVector q0 = (FloatVector) q.lanewise(VectorOperators.LSHL, 24).convert(VectorOperators.I2F, 0);
            a0 = FloatVector.fromArray(FLOATS, x, k).fma(q0, a0);
            a1 = FloatVector.fromArray(FLOATS, x, stride + k).fma(q0, a1);
            FloatVector q1 = (FloatVector)
                    q.lanewise(VectorOperators.LSHL, 16).and(UPPER_BYTE).convert(VectorOperators.I2F, 0);
            b0 = FloatVector.fromArray(FLOATS, x, k + LANES).fma(q1, b0);
            b1 = FloatVector.fromArray(FLOATS, x, stride + k + LANES).fma(q1, b1);
            FloatVector q2 = (FloatVector)
                    q.lanewise(VectorOperators.LSHL, 8).and(UPPER_BYTE).convert(VectorOperators.I2F, 0);
            a0 = FloatVector.fromArray(FLOATS, x, k + 2 * LANES).fma(q2, a0);
            a1 = FloatVector.fromArray(FLOATS, x, stride + k + 2 * LANES).fma(q2, a1);
            FloatVector q3 = (FloatVector) q.and(UPPER_BYTE).convert(VectorOperators.I2F, 0);
            b0 = FloatVector.fromArray(FLOATS, x, k + 3 * LANES).fma(q3, b0);
            b1 = FloatVector.fromArray(FLOATS, x, stride + k + 3 * LANES).fma(q3, b1);
        }
        out[0] = a0.add(b0).reduceLanes(VectorOperators.ADD);
        out[1] = a1.add(b1).reduceLanes(VectorOperators.ADD);
    }
}
