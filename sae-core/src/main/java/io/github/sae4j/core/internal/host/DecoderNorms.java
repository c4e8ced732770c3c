package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Strength;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The norms of the decoder's rows, {@code ||W_dec[i]||}, where features are rescaled by them. The rows are those that
 * give activations, so with an input scale {@code s} their norms are {@code ||W_dec[i]|| / s}. Every kernel takes these
 * numbers, whose sums are float64.
 *
 * @param factors what features are multiplied by in encoding, {@code [d_sae]}; no element if they are not rescaled
 * @param divisors what features are divided by in decoding, {@code [d_sae]}; no element if they are not rescaled
 * @param ranks what values are multiplied by to find the strongest, {@code [d_sae]}; no element if they are not
 */
@SuppressWarnings("ArrayRecordComponent")
public record DecoderNorms(float[] factors, float[] divisors, float[] ranks) {

    /** What SAELens takes for the norm of a shorter row when it folds norms. */
    private static final float SHORTEST = 1e-8f;

    private static final float[] NONE = {};

    /** Norms that rescale nothing. */
    static final DecoderNorms NO_NORMS = new DecoderNorms(NONE, NONE, NONE);

    /** Enough rows of a transposed decoder, or columns of another, for one share of the work. */
    private static final int SHARE = 256;

    /**
     * Returns the norms that an SAE's rule needs.
     *
     * @param fold whether features are to be those of unit decoder rows
     */
    public static DecoderNorms of(KernelParts parts, boolean fold, Workers workers) {
        boolean rescales = parts.rule() instanceof BlockRule rule && rule.rescalesByDecoderNorm();
        boolean ranks = parts.rule() instanceof BlockRule rule && rule.strength() == Strength.CONTRIBUTION;
        if (!rescales && !ranks && !fold) {
            return NO_NORMS;
        }
        float[] norms = norms(Objects.requireNonNull(parts.decoder(), "decoder"), parts.inputScale(), workers);
        if (rescales) {
            return new DecoderNorms(norms, orOne(norms), NONE);
        }
        float[] clamped = fold ? atLeastShortest(norms) : NONE;
        // A row of zeros keeps its feature from being one of the strongest; folding must not change which these are.
        float[] strengths = !ranks ? NONE : fold ? quotients(norms, clamped) : norms;
        return new DecoderNorms(clamped, clamped, strengths);
    }

    /** A row of zeros keeps its feature at 0, and divides it by 1. */
    private static float[] orOne(float[] norms) {
        float[] divisors = norms.clone();
        for (int i = 0; i < divisors.length; i++) {
            divisors[i] = divisors[i] == 0 ? 1 : divisors[i];
        }
        return divisors;
    }

    private static float[] atLeastShortest(float[] norms) {
        float[] clamped = norms.clone();
        for (int i = 0; i < clamped.length; i++) {
            clamped[i] = Math.max(clamped[i], SHORTEST);
        }
        return clamped;
    }

    private static float[] quotients(float[] dividends, float[] divisors) {
        float[] quotients = dividends.clone();
        for (int i = 0; i < quotients.length; i++) {
            quotients[i] /= divisors[i];
        }
        return quotients;
    }

    private static float[] norms(WeightMatrix decoder, double inputScale, Workers workers) {
        Squares squares = new Squares(decoder);
        int shares = (squares.sums.length + SHARE - 1) / SHARE;
        workers.run(squares, shares, workers.size());
        float[] norms = new float[squares.sums.length];
        float scale = (float) inputScale;
        for (int i = 0; i < norms.length; i++) {
            norms[i] = (float) Math.sqrt(squares.sums[i]);
            norms[i] = scale == 1 ? norms[i] : norms[i] / scale;
        }
        return norms;
    }

    /** The squares of each decoder row's elements, added up by ascending column. */
    private static final class Squares extends WorkerPool.Work {

        private final WeightMatrix decoder;
        private final double[] sums;

        private Squares(WeightMatrix decoder) {
            this.decoder = decoder;
            this.sums = new double[(int) decoder.rows()];
        }

        @Override
        protected void part(int slot, int share) {
            int first = share * SHARE;
            int end = Math.min(first + SHARE, sums.length);
            WeightType type = decoder.type();
            int stored = 0;
            for (ByteBuffer part : decoder.parts()) {
                int width = (int) (decoder.isTransposed() ? decoder.rows() : decoder.columns());
                int rows = part.remaining() / (width * type.bytes());
                if (decoder.isTransposed()) {
                    for (int row = 0; row < rows; row++) {
                        add(part, row * width + first, end - first, 1, first);
                    }
                } else {
                    for (int row = Math.max(first - stored, 0); row < Math.min(end - stored, rows); row++) {
                        add(part, row * width, width, 0, stored + row);
                    }
                }
                stored += rows;
            }
        }

        /** Adds numbers that lie side by side, to one sum or to as many that do. */
        private void add(ByteBuffer part, int from, int count, int step, int sum) {
            WeightType type = decoder.type();
            int to = sum;
            for (int at = from; at < from + count; at++) {
                double value = type.get(part, at * type.bytes());
                sums[to] += value * value;
                to += step;
            }
        }
    }
}
