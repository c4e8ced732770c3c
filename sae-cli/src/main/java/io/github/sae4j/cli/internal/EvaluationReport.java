package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.internal.report.Measures;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.data.activations.Activations;
import java.util.Arrays;

/** Says what an evaluation found, to people and to programs. */
final class EvaluationReport {

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
                        + (skipped.isEmpty()
                                ? ""
                                : ", " + SettingOptions.leftOutCount(activations) + " left out by " + skipped));
        Measures.of(evaluation, dIn()).forEach(facts::line);
        facts.line("note", Advice.of(evaluation.quality().orElse(null), sae.sae()));
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
        double[] shares = Measures.shares();
        double[] densities = firings.densityQuantiles(shares);
        for (int i = 0; i < shares.length; i++) {
            l0.addProperty(String.valueOf(shares[i]), firings.l0Quantile(shares[i]));
            density.addProperty(String.valueOf(shares[i]), densities[i]);
        }
        report.add("l0_quantiles", l0);
        report.add("density_quantiles", density);
        report.add("dead_features", features(firings.dead()));
        report.add("dense_features", features(firings.dense()));
        ReconstructionQuality quality = evaluation.quality().orElse(null);
        if (quality != null) {
            report.addProperty("explained_variance", quality.explainedVariance());
            report.addProperty("explained_variance_legacy", quality.legacyExplainedVariance());
            report.addProperty("mse", quality.meanSquaredError());
            report.addProperty("mse_per_element", quality.meanSquaredError() / dIn());
            report.addProperty("cosine_similarity", quality.cosine());
            report.addProperty("l2_ratio", quality.l2Ratio());
            report.addProperty("relative_reconstruction_bias", quality.relativeReconstructionBias());
        }
        JsonReport.print(report, terminal);
    }

    private int dIn() {
        return sae.sae().config().dIn();
    }

    private static JsonArray features(int[] features) {
        JsonArray array = new JsonArray();
        Arrays.stream(features).forEach(array::add);
        return array;
    }
}
