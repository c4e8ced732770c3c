package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.analysis.survey.ActivationHistogram;
import io.github.sae4j.analysis.survey.CoFiring;
import io.github.sae4j.analysis.survey.Example;
import io.github.sae4j.analysis.survey.FeatureTally;
import io.github.sae4j.analysis.survey.Neighbour;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.analysis.survey.SurveyedFeature;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.tokens.TokenContext;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Says what chosen features did, to people and to programs.
 *
 * @param sae the SAE
 * @param activations what was read
 * @param result what was found
 */
record FeatureReport(OpenSae sae, Activations activations, SurveyResult result) {

    private static final String BARS = "▁▂▃▄▅▆▇█";

    /** Prints the mean number of features of a token, and a few lines for each feature. */
    void print(Terminal terminal) {
        LabelledLines facts = new LabelledLines(terminal, 15);
        Firings firings = result.survey().firings();
        facts.line("L0", Quantity.decimal(firings.l0(), 1) + ", of " + Quantity.tokens(firings.tokens()));
        facts.line("left out", SettingOptions.leftOutInWords(activations));
        String before = "";
        for (SurveyedFeature surveyed : result.features()) {
            int feature = surveyed.feature();
            FeatureTally tally = surveyed.tally();
            terminal.print(before + "feature " + feature);
            before = System.lineSeparator();
            facts.line(
                    "  density",
                    Quantity.decimal(firings.density(feature), 5) + ", "
                            + Quantity.count(firings.count(feature)) + " of "
                            + Quantity.tokens(firings.tokens()));
            if (tally.examples().isEmpty()) {
                continue;
            }
            facts.line("  max", Quantity.decimal(tally.max(), 3));
            facts.line("  histogram", bars(tally.histogram()));
            facts.line("  fires with", coFiring(surveyed.coFirings()));
            facts.line("  neighbours", neighbour(surveyed.neighbours()));
            for (Example example : tally.examples()) {
                facts.line("  " + Quantity.decimal(example.value(), 3), result.place(example));
                facts.line(
                        "", result.context(example).map(FeatureReport::marked).orElse(null));
            }
        }
    }

    private static String bars(ActivationHistogram histogram) {
        long[] counts = histogram.counts();
        long most = Arrays.stream(counts).max().orElse(0);
        String bars = Arrays.stream(counts)
                .mapToObj(count ->
                        count == 0 ? " " : String.valueOf(BARS.charAt((int) ((count * BARS.length() - 1) / most))))
                .collect(Collectors.joining());
        return "0 |" + bars + "| " + Quantity.decimal(counts.length * histogram.binWidth(), 3);
    }

    private static String coFiring(List<CoFiring> pairs) {
        return pairs.isEmpty()
                ? "no other beyond chance"
                : pairs.stream()
                        .map(pair -> pair.feature() + " (phi " + Quantity.decimal(pair.phi(), 3) + ", "
                                + Quantity.count(pair.tokens()) + (pair.tokens() == 1 ? " token)" : " tokens)"))
                        .collect(Collectors.joining(", "));
    }

    private static String neighbour(List<Neighbour> neighbours) {
        return neighbours.isEmpty()
                ? "none: there is no decoder row to compare"
                : neighbours.stream()
                        .map(near -> near.feature() + " (cosine " + Quantity.decimal(near.cosine(), 3) + ")")
                        .collect(Collectors.joining(", "));
    }

    private static String marked(TokenContext context) {
        String text =
                String.join("", context.before()) + "«" + context.token() + "»" + String.join("", context.after());
        return text.replace("\n", "↵").replace("\r", "").replace("\t", " ");
    }

    /** Prints one JSON object; null stands for an infinite value. */
    void printJson(Terminal terminal) {
        terminal.print(sae.json(activations).of(result));
    }
}
