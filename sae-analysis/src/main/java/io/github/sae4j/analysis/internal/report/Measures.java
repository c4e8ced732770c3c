package io.github.sae4j.analysis.internal.report;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What an evaluation found, in words. */
public final class Measures {

    private static final double[] SHARES = {0.05, 0.25, 0.5, 0.75, 0.95};
    private static final int MOST_NAMED = 5;

    private Measures() {}

    /** Returns the shares of which quantiles are told. */
    public static double[] shares() {
        return SHARES.clone();
    }

    /** Returns what was measured, each under its name, in words. */
    public static Map<String, String> of(Evaluation evaluation, int dIn) {
        Firings firings = evaluation.firings();
        Map<String, String> measures = new LinkedHashMap<>();
        measures.put(
                "L0",
                Quantity.decimalOrDash(firings.l0(), 1) + ", quantiles "
                        + quantiles(i -> Quantity.count(firings.l0Quantile(SHARES[i]))));
        double[] densities = firings.densityQuantiles(SHARES);
        measures.put("density", "quantiles " + quantiles(i -> scientific(densities[i])));
        measures.put("dead features", Quantity.count(firings.dead().length));
        measures.put("dense features", densest(firings));
        ReconstructionQuality quality = evaluation.quality().orElse(null);
        if (quality == null) {
            measures.put("reconstruction", "not of what it reads, so not measured");
            return measures;
        }
        measures.put(
                "explained variance",
                Quantity.decimalOrDash(quality.explainedVariance(), 4) + ", legacy "
                        + Quantity.decimalOrDash(quality.legacyExplainedVariance(), 4));
        measures.put(
                "MSE",
                scientific(quality.meanSquaredError()) + ", " + scientific(quality.meanSquaredError() / dIn)
                        + " per element");
        measures.put("cosine similarity", Quantity.decimalOrDash(quality.cosine(), 4));
        measures.put("L2 ratio", Quantity.decimalOrDash(quality.l2Ratio(), 4));
        measures.put("reconstruction bias", Quantity.decimalOrDash(quality.relativeReconstructionBias(), 4));
        return measures;
    }

    private static String densest(Firings firings) {
        int[] dense = firings.dense();
        String densest = Arrays.stream(dense)
                .limit(MOST_NAMED)
                .mapToObj(feature -> feature + " (" + Quantity.decimalOrDash(firings.density(feature), 3) + ")")
                .collect(Collectors.joining(", "));
        return Quantity.count(dense.length)
                + (densest.isEmpty() ? "" : ": " + densest)
                + (dense.length > MOST_NAMED ? ", …" : "");
    }

    private static String quantiles(IntFunction<String> ofShare) {
        return IntStream.range(0, SHARES.length)
                .mapToObj(i -> Math.round(SHARES[i] * 100) + " %: " + ofShare.apply(i))
                .collect(Collectors.joining(" · "));
    }

    private static String scientific(double number) {
        if (number == 0) {
            return "0";
        }
        return Double.isFinite(number) ? String.format(Locale.ROOT, "%.2e", number) : "–";
    }
}
