package io.github.sae4j.examples.internal;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Says what an evaluation found, to people and to programs. */
final class EvaluationReport {

    private static final double[] SHARES = {0.05, 0.25, 0.5, 0.75, 0.95};
    private static final int MOST_NAMED = 5;

    private final String sae;
    private final String source;
    private final String skipped;
    private final int dIn;
    private final Evaluation evaluation;

    /**
     * Prepares a report.
     *
     * @param sae the SAE's name
     * @param source the name of the file that was read
     * @param skipped the options that leave tokens out; empty if there are none
     * @param dIn the width of an activation
     * @param evaluation what was found
     */
    EvaluationReport(String sae, String source, String skipped, int dIn, Evaluation evaluation) {
        this.sae = sae;
        this.source = source;
        this.skipped = skipped;
        this.dIn = dIn;
        this.evaluation = evaluation;
    }

    /** Prints aligned lines. */
    void print(Terminal terminal) {
        Firings firings = evaluation.firings();
        line(terminal, "SAE", sae);
        line(
                terminal,
                "activations",
                source + ", " + Quantity.count(firings.tokens()) + " tokens"
                        + (skipped.isEmpty() ? "" : ", " + skipped));
        line(
                terminal,
                "L0",
                decimal(firings.l0(), 1) + ", quantiles " + named(share -> Quantity.count(firings.l0Quantile(share))));
        double[] densities = firings.densityQuantiles(SHARES);
        line(
                terminal,
                "density",
                "quantiles " + named(share -> scientific(densities[Arrays.binarySearch(SHARES, share)])));
        line(terminal, "dead features", Quantity.count(firings.dead().length));
        int[] dense = firings.dense();
        String densest = Arrays.stream(dense)
                .limit(MOST_NAMED)
                .mapToObj(feature -> feature + " (" + decimal(firings.density(feature), 3) + ")")
                .collect(Collectors.joining(", "));
        line(
                terminal,
                "dense features",
                Quantity.count(dense.length)
                        + (densest.isEmpty() ? "" : ": " + densest)
                        + (dense.length > MOST_NAMED ? ", …" : ""));
        ReconstructionQuality quality = evaluation.quality();
        LegacyExplainedVariance legacy = evaluation.legacy();
        if (quality == null || legacy == null) {
            line(terminal, "reconstruction", "not of what it reads, so not measured");
            return;
        }
        line(
                terminal,
                "explained variance",
                decimal(quality.explainedVariance(), 4) + ", legacy " + decimal(legacy.mean(), 4));
        line(
                terminal,
                "MSE",
                scientific(quality.meanSquaredError()) + ", " + scientific(quality.meanSquaredError() / dIn)
                        + " per element");
        line(terminal, "cosine similarity", decimal(quality.cosine(), 4));
        line(terminal, "L2 ratio", decimal(quality.l2Ratio(), 4));
        line(terminal, "reconstruction bias", decimal(quality.relativeReconstructionBias(), 4));
    }

    private interface Spelling {
        String of(double share);
    }

    private static String named(Spelling spelling) {
        return Arrays.stream(SHARES)
                .mapToObj(share -> Math.round(share * 100) + " %: " + spelling.of(share))
                .collect(Collectors.joining(" · "));
    }

    private static void line(Terminal terminal, String name, String value) {
        terminal.print(String.format(Locale.ROOT, "%-20s %s", name, value));
    }

    private static String decimal(double number, int decimals) {
        return Double.isFinite(number) ? Quantity.decimal(number, decimals) : "–";
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
        JsonObject report = new JsonObject();
        report.addProperty("sae", sae);
        report.addProperty("source", source);
        report.addProperty("skipped", skipped);
        report.addProperty("sae4j_version", Version.number());
        report.addProperty("tokens", firings.tokens());
        number(report, "l0", firings.l0());
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
        LegacyExplainedVariance legacy = evaluation.legacy();
        if (quality != null && legacy != null) {
            number(report, "explained_variance", quality.explainedVariance());
            number(report, "explained_variance_legacy", legacy.mean());
            number(report, "mse", quality.meanSquaredError());
            number(report, "mse_per_element", quality.meanSquaredError() / dIn);
            number(report, "cosine_similarity", quality.cosine());
            number(report, "l2_ratio", quality.l2Ratio());
            number(report, "relative_reconstruction_bias", quality.relativeReconstructionBias());
        }
        terminal.print(
                new GsonBuilder().setPrettyPrinting().serializeNulls().create().toJson(report));
    }

    private static void number(JsonObject report, String name, double number) {
        report.addProperty(name, Double.isFinite(number) ? number : null);
    }

    private static JsonArray features(int[] features) {
        JsonArray array = new JsonArray();
        Arrays.stream(features).forEach(array::add);
        return array;
    }
}
