package io.github.sae4j.analysis.survey;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.core.SparseFeatures;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * On how many tokens some chosen features fire together with each other feature.
 *
 * <p>The measure is φ, the correlation of the two firings as numbers 0 and 1. Where two features fire on {@code a} and
 * {@code b} of {@code n} tokens, and on {@code c} of them together, it is {@code (n c - a b) / sqrt(a b (n - a) (n - b))}:
 * 0 for what chance gives, 1 for features that fire on the same tokens. Takes 8 bytes for each pair.
 *
 * <pre>{@code
 * CoFirings coFirings = CoFirings.of(sae.config().dSae(), List.of(1234));
 * EncodingPass.of(reader, sae, 1024).encodeAll((batch, features) -> coFirings.add(features));
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class CoFirings {

    private static final long[] NOT_CHOSEN = {};

    private final long[][] together;
    private int[] firing = new int[0];

    private CoFirings(int dSae) {
        this.together = new long[dSae][];
        Arrays.fill(together, NOT_CHOSEN);
    }

    /**
     * Counts nothing yet.
     *
     * @param dSae how many features there are
     * @param features the chosen ones, each from 0 to {@code dSae - 1}
     */
    public static CoFirings of(int dSae, List<Integer> features) {
        CoFirings coFirings = new CoFirings(dSae);
        features.forEach(feature -> coFirings.together[feature] = new long[dSae]);
        return coFirings;
    }

    /** Takes in tokens; those that are skipped have no features. */
    public void add(SparseFeatures features) {
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        for (int token = 0; token < features.tokens(); token++) {
            int active = features.activeCount(token);
            if (firing.length < active) {
                firing = new int[active];
            }
            int count = 0;
            boolean chosen = false;
            for (; active > 0; active--) {
                int feature = indices.get();
                if (Firings.isFiring(values.get())) {
                    firing[count++] = feature;
                    chosen |= together[feature] != NOT_CHOSEN;
                }
            }
            if (chosen) {
                count(count);
            }
        }
    }

    private void count(int count) {
        for (int one = 0; one < count; one++) {
            long[] others = together[firing[one]];
            if (others != NOT_CHOSEN) {
                for (int other = 0; other < count; other++) {
                    others[firing[other]]++;
                }
            }
        }
    }

    /**
     * Returns the features that fire with a chosen one most beyond chance, those of the largest φ first and the lower one
     * first among equals; none whose φ is not above 0.
     *
     * @param feature the chosen one
     * @param firings how often each feature fires on the same tokens
     * @param most how many at most
     */
    public List<CoFiring> strongest(int feature, Firings firings, int most) {
        Objects.requireNonNull(firings, "firings");
        long[] others = together[feature];
        return IntStream.range(0, others.length)
                .filter(other -> other != feature && others[other] > 0)
                .mapToObj(other -> pair(feature, other, others[other], firings))
                .filter(pair -> pair.phi() > 0)
                .sorted(Comparator.comparing(CoFiring::phi).reversed().thenComparing(CoFiring::feature))
                .limit(most)
                .toList();
    }

    private static CoFiring pair(int feature, int other, long tokens, Firings firings) {
        double n = firings.tokens();
        double a = firings.count(feature);
        double b = firings.count(other);
        double phi = (n * tokens - a * b) / Math.sqrt(a * b * (n - a) * (n - b));
        return new CoFiring(other, tokens, phi, tokens / (a + b - tokens));
    }

    @Override
    public String toString() {
        return "CoFirings of "
                + Arrays.stream(together).filter(counts -> counts != NOT_CHOSEN).count() + " features";
    }
}
