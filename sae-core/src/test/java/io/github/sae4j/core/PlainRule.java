package io.github.sae4j.core;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** The rules once more, in float64 and in the most obvious way, for the weights of a {@link TinySae}. */
enum PlainRule {
    STANDARD,
    JUMPRELU,
    JUMPRELU_KEEPING_NEGATIVE,
    JUMPRELU_AT_MOST,
    GATED,
    TOPK,
    TOPK_BY_DECODER_NORM,
    TOPK_CHOSEN_BY_DECODER_NORM,
    TOPK_KEEPING_NEGATIVE,
    TOPK_BY_MAGNITUDE;

    Activation activation(TinySae tiny) {
        return switch (this) {
            case STANDARD -> Relu.of(tiny.bEnc());
            case JUMPRELU -> JumpRelu.of(tiny.bEnc(), threshold(tiny));
            case JUMPRELU_KEEPING_NEGATIVE ->
                JumpRelu.of(tiny.bEnc(), threshold(tiny)).keepingNegative();
            case JUMPRELU_AT_MOST -> JumpRelu.of(tiny.bEnc(), threshold(tiny)).atMost(k(tiny));
            case GATED -> Gated.of(tiny.bEnc(), magnitudeBias(tiny), magnitudeScale(tiny));
            case TOPK -> TopK.of(k(tiny), tiny.bEnc());
            case TOPK_BY_DECODER_NORM -> TopK.of(k(tiny), tiny.bEnc()).rescaledByDecoderNorm();
            case TOPK_CHOSEN_BY_DECODER_NORM -> TopK.of(k(tiny), tiny.bEnc()).chosenByDecoderNorm();
            // So many that some of them are below 0.
            case TOPK_KEEPING_NEGATIVE -> TopK.of(many(tiny), tiny.bEnc()).keepingNegative();
            case TOPK_BY_MAGNITUDE -> TopK.of(k(tiny), tiny.bEnc()).byMagnitude();
        };
    }

    double[] features(TinySae tiny, double[] products) {
        double[] features = new double[products.length];
        float[] threshold = threshold(tiny);
        float[] magnitudeBias = magnitudeBias(tiny);
        float[] magnitudeScale = magnitudeScale(tiny);
        for (int i = 0; i < products.length; i++) {
            double h = products[i] + tiny.bEnc()[i];
            features[i] = switch (this) {
                case STANDARD, TOPK, TOPK_CHOSEN_BY_DECODER_NORM -> Math.max(h, 0);
                case TOPK_KEEPING_NEGATIVE, TOPK_BY_MAGNITUDE -> h;
                case JUMPRELU_KEEPING_NEGATIVE -> h > threshold[i] ? h : 0;
                case JUMPRELU, JUMPRELU_AT_MOST -> h > threshold[i] ? Math.max(h, 0) : 0;
                case GATED -> h > 0 ? Math.max(products[i] * Math.exp(magnitudeScale[i]) + magnitudeBias[i], 0) : 0;
                case TOPK_BY_DECODER_NORM -> Math.max(h, 0) * norm(tiny.wDec()[i]);
            };
        }
        return switch (this) {
            case STANDARD, JUMPRELU, JUMPRELU_KEEPING_NEGATIVE, GATED -> features;
            case TOPK, TOPK_BY_DECODER_NORM, JUMPRELU_AT_MOST -> strongest(features, k(tiny));
            case TOPK_KEEPING_NEGATIVE -> strongest(features, many(tiny));
            case TOPK_BY_MAGNITUDE -> strongest(features, k(tiny), i -> Math.abs(features[i]));
            case TOPK_CHOSEN_BY_DECODER_NORM -> strongest(features, k(tiny), i -> features[i] * norm(tiny.wDec()[i]));
        };
    }

    double[] decoded(TinySae tiny, double[] features) {
        double[] sums = new double[tiny.config().dOut()];
        for (int feature = 0; feature < features.length; feature++) {
            double norm = this == TOPK_BY_DECODER_NORM ? norm(tiny.wDec()[feature]) : 1;
            for (int i = 0; i < sums.length && features[feature] != 0; i++) {
                sums[i] += features[feature] / norm * tiny.wDec()[feature][i];
            }
        }
        return sums;
    }

    static int k(TinySae tiny) {
        return Math.max(1, tiny.config().dSae() / 20);
    }

    static int many(TinySae tiny) {
        return Math.max(1, tiny.config().dSae() * 3 / 4);
    }

    /** Keeps the k largest, the lower index among equals. */
    static double[] strongest(double[] features, int k) {
        return strongest(features, k, i -> features[i]);
    }

    /** Keeps the k for which something is largest, the lower index among equals. */
    static double[] strongest(double[] features, int k, IntToDoubleFunction strength) {
        double[] kept = new double[features.length];
        IntStream.range(0, features.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> -strength.applyAsDouble(i))
                        .thenComparing(i -> i))
                .limit(k)
                .forEach(i -> kept[i] = features[i]);
        return kept;
    }

    static double norm(float[] row) {
        double squares = 0;
        for (float value : row) {
            squares += (double) value * value;
        }
        return Math.sqrt(squares);
    }

    private static float[] threshold(TinySae tiny) {
        return random(tiny, 1);
    }

    private static float[] magnitudeBias(TinySae tiny) {
        return random(tiny, 2);
    }

    private static float[] magnitudeScale(TinySae tiny) {
        return random(tiny, 3);
    }

    private static float[] random(TinySae tiny, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[tiny.config().dSae()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / 10);
        }
        return values;
    }
}
