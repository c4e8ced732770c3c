package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.data.activations.Activations;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Says what an evaluation found, to people and to programs. */
final class EvaluationReport {

    private static final double[] SHARES = {0.05, 0.25, 0.5, 0.75, 0.95};
    private static final int MOST_NAMED = 5;

    private final OpenSae sae;
    private final Activations activations;
    private final Evaluation evaluation;

    /**
     * Prepares a report.
     *
     * @param sae the SAE
     * @param activations what was read
     * @param evaluation what was found
     */
    EvaluationReport(OpenSae sae, Activations activations, Evaluation evaluation) {
        this.sae = sae;
        this.activations = activations;
        this.evaluation = evaluation;
    }

    /** Prints aligned lines. */
    void print(Terminal terminal) {
        LabelledLines facts = new LabelledLines(terminal, 20);
        String skipped = SettingOptions.spelled(activations.leftOut());
        facts.line("SAE", sae.lastingName());
        facts.line(
                "activations",
                activations.sourceName() + ", "
                        + Quantity.tokens(evaluation.firings().tokens())
                        + (skipped.isEmpty() ? "" : ", " + activations.leftOutCount() + " left out by " + skipped));
        measures().forEach(facts::line);
        facts.line("note", Advice.of(evaluation.quality(), sae.sae()));
    }

    /** Returns what was measured, each under its name, in words. */
    Map<String, String> measures() {
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
        ReconstructionQuality quality = evaluation.quality();
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
                scientific(quality.meanSquaredError()) + ", " + scientific(perElement(quality)) + " per element");
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

    private double perElement(ReconstructionQuality quality) {
        return quality.meanSquaredError() / sae.sae().config().dIn();
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

    /** Prints one JSON object; null stands for what is not defined. */
    void printJson(Terminal terminal) {
        Firings firings = evaluation.firings();
        JsonObject report = JsonReport.start(sae, activations);
        report.addProperty("sae_sha256", sae.sha256());
        report.addProperty("tokens", firings.tokens());
        report.addProperty("l0", firings.l0());
        JsonObject l0 = new JsonObject();
        JsonObject density = new JsonObject();
        double[] densities = firings.densityQuantiles(SHARES);
        for (int i = 0; i < SHARES.length; i++) {
            l0.addProperty(String.valueOf(SHARES[i]), firings.l0Quantile(SHARES[i]));
            density.addProperty(String.valueOf(SHARES[i]), densities[i]);
        }
        report.add("l0_quantiles", l0);
        report.add("density_quantiles", density);
        report.add("dead_features", features(firings.dead()));
        report.add("dense_features", features(firings.dense()));
        ReconstructionQuality quality = evaluation.quality();
        if (quality != null) {
            report.addProperty("explained_variance", quality.explainedVariance());
            report.addProperty("explained_variance_legacy", quality.legacyExplainedVariance());
            report.addProperty("mse", quality.meanSquaredError());
            report.addProperty("mse_per_element", perElement(quality));
            report.addProperty("cosine_similarity", quality.cosine());
            report.addProperty("l2_ratio", quality.l2Ratio());
            report.addProperty("relative_reconstruction_bias", quality.relativeReconstructionBias());
        }
        JsonReport.print(report, terminal);
    }

    private static JsonArray features(int[] features) {
        JsonArray array = new JsonArray();
        Arrays.stream(features).forEach(array::add);
        return array;
    }
}
