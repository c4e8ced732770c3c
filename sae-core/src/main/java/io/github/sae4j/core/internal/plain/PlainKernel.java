package io.github.sae4j.core.internal.plain;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.FoundRows;
import io.github.sae4j.core.internal.host.HostKernel;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.SelectionRule;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Runs SAEs in plain Java, number by number, with sums in float64. */
public final class PlainKernel implements HostKernel {

    /** Few enough for their float64 sums, enough to read each weight rarely. */
    private static final int TOKENS = 64;

    private final WeightMatrix encoder;
    private final @Nullable WeightMatrix decoder;
    private final SelectionRule rule;

    /**
     * Creates a kernel.
     *
     * @param encoder {@code W_enc}, {@code [d_in, d_sae]}
     * @param decoder {@code W_dec}, {@code [d_sae, d_out]}, or null if there is none
     * @param rule decides which features are active
     */
    public PlainKernel(WeightMatrix encoder, @Nullable WeightMatrix decoder, SelectionRule rule) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.rule = rule;
    }

    @Override
    public Kernel kind() {
        return Kernel.PLAIN;
    }

    @Override
    public int tokensAtOnce() {
        return TOKENS;
    }

    @Override
    public void encode(float[] x, int tokens, FoundRows found) {
        int dIn = (int) encoder.rows();
        double[][] sums = new double[tokens][rule.dSae()];
        for (int k = 0; k < dIn; k++) {
            for (int feature = 0; feature < rule.dSae(); feature++) {
                float weight = encoder.get(k, feature);
                for (int token = 0; token < tokens; token++) {
                    sums[token][feature] += (double) x[token * dIn + k] * weight;
                }
            }
        }
        for (int token = 0; token < tokens; token++) {
            float[] values = new float[rule.dSae()];
            for (int feature = 0; feature < values.length; feature++) {
                values[feature] = rule.value(feature, (float) (sums[token][feature] + rule.bias()[feature]));
            }
            int[] active = strongest(values);
            found.extend(new int[] {active.length}, 1);
            for (int feature : active) {
                found.add(0, 1, feature, values[feature]);
            }
        }
    }

    private int[] strongest(float[] values) {
        IntStream features = IntStream.range(0, values.length);
        if (rule.mostActive() > 0) {
            // Of equals the first come first, for the sort is stable; a zero with a sign equals one without.
            features = features.filter(feature -> rule.strength(feature, values[feature]) > rule.lowestStrength())
                    .boxed()
                    .sorted(Comparator.comparingDouble(feature -> 0.0 - rule.strength(feature, values[feature])))
                    .limit(rule.mostActive())
                    .mapToInt(Integer::intValue)
                    .sorted();
        }
        return features.filter(feature -> values[feature] != 0).toArray();
    }

    @Override
    public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
        WeightMatrix matrix = decoder;
        if (matrix == null) {
            throw new IllegalStateException("no decoder");
        }
        int width = (int) matrix.columns();
        for (int token = from; token < to; token++) {
            for (int column = 0; column < width; column++) {
                double sum = 0;
                for (int at = rows.offsets()[token]; at < rows.offsets()[token + 1]; at++) {
                    sum += (double) scaled[at] * matrix.get(rows.indices()[at], column);
                }
                sums[(token - from) * width + column] = (float) sum;
            }
        }
    }
}
