package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.data.activations.TokenBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Tokens with their reconstructions, of the same or of very different magnitudes. */
final class RandomTokens {

    private final float[][] activations;
    private final float[][] reconstructions;

    RandomTokens(float[][] activations, float[][] reconstructions) {
        this.activations = activations;
        this.reconstructions = reconstructions;
    }

    /** How large the numbers are. */
    enum Kind {
        GAUSSIAN,
        WIDE,
        SUBNORMAL,
        HUGE_MEAN,
        OFTEN_ZERO
    }

    static RandomTokens of(Kind kind, int tokens, int dIn, long seed) {
        Random random = new Random(seed);
        float[][] activations = new float[tokens][dIn];
        float[][] reconstructions = new float[tokens][dIn];
        for (int token = 0; token < tokens; token++) {
            boolean zero = kind == Kind.OFTEN_ZERO && random.nextInt(4) == 0;
            for (int column = 0; column < dIn; column++) {
                activations[token][column] = zero ? 0 : number(kind, random);
                reconstructions[token][column] = random.nextInt(8) == 0 ? 0 : number(kind, random);
            }
        }
        return new RandomTokens(activations, reconstructions);
    }

    private static float number(Kind kind, Random random) {
        return switch (kind) {
            case GAUSSIAN -> (float) random.nextGaussian();
            case WIDE -> (float) (random.nextGaussian() * Math.pow(10, 76 * random.nextDouble() - 38.5));
            case SUBNORMAL -> random.nextInt(1 << 20) * Float.MIN_VALUE * (random.nextBoolean() ? 1 : -1);
            case HUGE_MEAN -> (float) (1e4 + random.nextGaussian());
            case OFTEN_ZERO -> random.nextInt(3) == 0 ? (float) random.nextGaussian() : 0;
        };
    }

    float[][] activations() {
        return activations;
    }

    float[][] reconstructions() {
        return reconstructions;
    }

    int count() {
        return activations.length;
    }

    int dIn() {
        return activations[0].length;
    }

    RandomTokens at(int... tokens) {
        return new RandomTokens(
                IntStream.of(tokens).mapToObj(token -> activations[token]).toArray(float[][]::new),
                IntStream.of(tokens).mapToObj(token -> reconstructions[token]).toArray(float[][]::new));
    }

    RandomTokens shuffled(long seed) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, count()).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        return at(order.stream().mapToInt(Integer::intValue).toArray());
    }

    /** Returns these tokens, in order, in groups of 1 to so many. */
    List<RandomTokens> groups(int most, long seed) {
        Random random = new Random(seed);
        List<RandomTokens> groups = new ArrayList<>();
        for (int from = 0; from < count(); ) {
            int to = Math.min(count(), from + 1 + random.nextInt(most));
            groups.add(at(IntStream.range(from, to).toArray()));
            from = to;
        }
        return groups;
    }

    /** Returns what is measured of these tokens in one batch. */
    ReconstructionQuality measured() {
        ReconstructionQuality quality = new ReconstructionQuality(dIn());
        addTo(quality);
        return quality;
    }

    void addTo(ReconstructionQuality quality) {
        quality.add(TokenBatch.of(activations), reconstructions);
    }

    /** Returns the bits of each metric that does not depend on the batches. */
    static long[] bits(ReconstructionQuality quality) {
        return DoubleStream.of(
                        quality.meanSquaredError(),
                        quality.cosine(),
                        quality.l2Ratio(),
                        quality.relativeReconstructionBias(),
                        quality.explainedVariance(),
                        quality.relativeError())
                .mapToLong(Double::doubleToLongBits)
                .toArray();
    }
}
