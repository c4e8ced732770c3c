package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.TopK;
import io.github.sae4j.core.WeightMatrix;
import java.util.Arrays;

/**
 * Encodes by matching pursuit, see {@link MatchingPursuit}: another kernel finds the feature whose decoder row the residual
 * is most like, for all tokens that are not done together.
 */
final class PursuitKernel implements HostKernel {

    private final MatchingPursuit rule;
    private final HostKernel likest;
    private final WeightMatrix decoder;
    private final int dIn;
    private final int iterations;

    /**
     * Creates a kernel.
     *
     * @param maker makes the kernel that multiplies
     * @param decoder {@code W_dec}, {@code [d_sae, d_in]}
     */
    PursuitKernel(HostKernel.Maker maker, WeightMatrix decoder, MatchingPursuit rule, Workers workers) {
        this.rule = rule;
        this.decoder = decoder;
        this.dIn = (int) decoder.columns();
        this.iterations = rule.iterations(dIn);
        TopK strongest = TopK.of(1, new float[rule.dSae()]);
        this.likest = maker.make(
                decoder.transposed(), decoder, SelectionRule.of(strongest, new float[0], new float[0]), workers);
    }

    @Override
    public Kernel kind() {
        return likest.kind();
    }

    @Override
    public int tokensAtOnce() {
        return likest.tokensAtOnce();
    }

    /** A token's way through the steps. */
    private final class Pursuit {

        private final float[] residual;
        private int[] chosen = new int[16];
        private float[] values = new float[16];
        private int steps;
        private boolean done;

        private Pursuit(float[] residual) {
            this.residual = residual;
        }

        /** Takes from the residual what a decoder row has of it. A step that adds 0 leaves all as it is, so it is the last. */
        private void take(int feature, float[] row) {
            double product = 0;
            for (int i = 0; i < dIn; i++) {
                row[i] = decoder.get(feature, i);
                product += residual[i] * row[i];
            }
            float value = Math.max((float) product, 0);
            double squares = 0;
            for (int i = 0; i < dIn; i++) {
                residual[i] -= value * row[i];
                squares += (double) residual[i] * residual[i];
            }
            // What is not a number, which has the index 0, stays so.
            done = value == 0
                    || (Float.isNaN(value) && feature == 0)
                    || (rule.stopsOnDuplicateSupport() && has(feature))
                    || (rule.residualThreshold() > 0 && (float) Math.sqrt(squares) < (float) rule.residualThreshold())
                    || steps + 1 == iterations;
            if (value != 0) {
                add(feature, value);
            }
        }

        private boolean has(int feature) {
            for (int step = 0; step < steps; step++) {
                if (chosen[step] == feature) {
                    return true;
                }
            }
            return false;
        }

        private void add(int feature, float value) {
            if (steps == chosen.length) {
                chosen = Arrays.copyOf(chosen, 2 * steps);
                values = Arrays.copyOf(values, 2 * steps);
            }
            chosen[steps] = feature;
            values[steps++] = value;
        }

        /** Brings the features into ascending order, each once with the sum of its steps, and returns how many are not 0. */
        private int gather() {
            long[] order = new long[steps];
            for (int step = 0; step < steps; step++) {
                order[step] = ((long) chosen[step] << Integer.SIZE) | step;
            }
            Arrays.sort(order);
            int[] features = new int[steps];
            float[] sums = new float[steps];
            int count = 0;
            for (int at = 0; at < steps; ) {
                int feature = (int) (order[at] >>> Integer.SIZE);
                float sum = 0;
                for (; at < steps && (int) (order[at] >>> Integer.SIZE) == feature; at++) {
                    sum += values[(int) order[at]];
                }
                if (sum != 0) {
                    features[count] = feature;
                    sums[count++] = sum;
                }
            }
            chosen = features;
            values = sums;
            return count;
        }
    }

    @Override
    public void encode(float[] x, int tokens, FoundRows found) {
        Pursuit[] pursuits = new Pursuit[tokens];
        for (int token = 0; token < tokens; token++) {
            pursuits[token] = new Pursuit(Arrays.copyOfRange(x, token * dIn, (token + 1) * dIn));
        }
        Pursuit[] going = iterations > 0 ? pursuits.clone() : new Pursuit[0];
        float[] residuals = new float[tokens * dIn];
        float[] row = new float[dIn];
        FoundRows likely = new FoundRows();
        while (going.length > 0) {
            for (int at = 0; at < going.length; at++) {
                System.arraycopy(going[at].residual, 0, residuals, at * dIn, dIn);
            }
            likely.clear();
            likest.encode(residuals, going.length, likely);
            for (int at = 0; at < going.length; at++) {
                going[at].take(chosen(likely, at, going[at].residual), row);
            }
            going = Arrays.stream(going).filter(pursuit -> !pursuit.done).toArray(Pursuit[]::new);
        }
        int[] counts = new int[tokens];
        Arrays.setAll(counts, token -> pursuits[token].gather());
        found.extend(counts, tokens);
        for (int token = 0; token < tokens; token++) {
            for (int at = 0; at < counts[token]; at++) {
                found.add(token, tokens, pursuits[token].chosen[at], pursuits[token].values[at]);
            }
        }
    }

    /** Returns the feature of the largest product, the first of them; what is not a number is larger than infinity. */
    private int chosen(FoundRows likely, int at, float[] residual) {
        int found = likely.offset(at);
        if (found == likely.offset(at + 1)) {
            return 0;
        }
        return likely.value(found) == Float.POSITIVE_INFINITY
                ? firstNaN(residual, likely.index(found))
                : likely.index(found);
    }

    private int firstNaN(float[] residual, int otherwise) {
        for (int feature = 0; feature < rule.dSae(); feature++) {
            float product = 0;
            for (int i = 0; i < dIn; i++) {
                product += residual[i] * decoder.get(feature, i);
            }
            if (Float.isNaN(product)) {
                return feature;
            }
        }
        return otherwise;
    }

    @Override
    public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
        likest.decode(rows, scaled, from, to, sums);
    }
}
