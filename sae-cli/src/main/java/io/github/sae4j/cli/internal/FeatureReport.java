package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.sae4j.analysis.survey.ActivationHistogram;
import io.github.sae4j.analysis.survey.CoFiring;
import io.github.sae4j.analysis.survey.Example;
import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.analysis.survey.FeatureTally;
import io.github.sae4j.analysis.survey.Neighbour;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenPlace;
import io.github.sae4j.data.tokens.TokenContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Says what chosen features did, to people and to programs.
 *
 * @param sae the SAE
 * @param activations what was read
 * @param survey what all features did
 * @param features the chosen ones
 * @param coFirings what fires with each
 * @param neighbours whose decoder rows are nearest to each one's
 * @param contexts the texts around the examples, by the token's number; empty if they are not known
 */
record FeatureReport(
        OpenSae sae,
        Activations activations,
        FeatureSurvey survey,
        List<Integer> features,
        List<List<CoFiring>> coFirings,
        List<List<Neighbour>> neighbours,
        Map<Long, TokenContext> contexts) {

    private static final String BARS = "▁▂▃▄▅▆▇█";

    /** Prints a few lines for each feature. */
    void print(Terminal terminal) {
        LabelledLines facts = new LabelledLines(terminal, 15);
        facts.line("left out", SettingOptions.leftOutInWords(activations));
        for (int i = 0; i < features.size(); i++) {
            int feature = features.get(i);
            FeatureTally tally = survey.tally(feature);
            terminal.print((i == 0 ? "" : System.lineSeparator()) + "feature " + feature);
            facts.line(
                    "  density",
                    Quantity.decimal(survey.firings().density(feature), 5) + ", "
                            + Quantity.count(survey.firings().count(feature)) + " of "
                            + Quantity.tokens(survey.firings().tokens()));
            if (tally.examples().isEmpty()) {
                continue;
            }
            facts.line("  max", Quantity.decimal(tally.max(), 3));
            facts.line("  histogram", bars(tally.histogram()));
            facts.line("  fires with", coFiring(coFirings.get(i)));
            facts.line("  neighbours", neighbour(neighbours.get(i)));
            for (Example example : tally.examples()) {
                facts.line("  " + Quantity.decimal(example.value(), 3), activations.place(example.token()));
                TokenContext context = contexts.get(activations.number(example.token()));
                facts.line("", context == null ? null : marked(context));
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
        JsonObject report = JsonReport.start(sae, activations);
        report.addProperty("sae_sha256", sae.sha256());
        report.addProperty("tokens", survey.firings().tokens());
        report.add("features", json());
        JsonReport.print(report, terminal);
    }

    /** Returns an object for each feature; null stands for an infinite value. */
    JsonArray json() {
        JsonArray all = new JsonArray();
        for (int i = 0; i < features.size(); i++) {
            all.add(feature(i));
        }
        return all;
    }

    private JsonObject feature(int i) {
        int feature = features.get(i);
        FeatureTally tally = survey.tally(feature);
        JsonObject object = new JsonObject();
        object.addProperty("feature", feature);
        object.addProperty("tokens", survey.firings().count(feature));
        object.addProperty("density", survey.firings().density(feature));
        object.addProperty("max", tally.max());
        JsonObject histogram = new JsonObject();
        histogram.addProperty("bin_width", tally.histogram().binWidth());
        JsonArray counts = new JsonArray();
        Arrays.stream(tally.histogram().counts()).forEach(counts::add);
        histogram.add("counts", counts);
        object.add("histogram", histogram);
        JsonArray pairs = new JsonArray();
        for (CoFiring pair : coFirings.get(i)) {
            JsonObject other = new JsonObject();
            other.addProperty("feature", pair.feature());
            other.addProperty("tokens", pair.tokens());
            other.addProperty("phi", pair.phi());
            other.addProperty("jaccard", pair.jaccard());
            pairs.add(other);
        }
        object.add("co_firing", pairs);
        JsonArray near = new JsonArray();
        for (Neighbour neighbour : neighbours.get(i)) {
            JsonObject other = new JsonObject();
            other.addProperty("feature", neighbour.feature());
            other.addProperty("cosine", neighbour.cosine());
            near.add(other);
        }
        object.add("neighbours", near);
        JsonArray examples = new JsonArray();
        tally.examples().forEach(example -> examples.add(example(example)));
        object.add("examples", examples);
        return object;
    }

    private JsonObject example(Example example) {
        TokenPlace place = activations.place(example.token());
        JsonObject object = new JsonObject();
        object.addProperty("value", example.value());
        object.addProperty("token", activations.number(example.token()));
        object.addProperty("file", place.file());
        object.addProperty("row", place.row());
        object.addProperty("position", place.position());
        TokenContext context = contexts.get(activations.number(example.token()));
        if (context != null) {
            object.add("before", texts(context.before()));
            object.addProperty("text", context.token());
            object.add("after", texts(context.after()));
        }
        return object;
    }

    private static JsonArray texts(List<String> tokens) {
        JsonArray texts = new JsonArray();
        tokens.forEach(texts::add);
        return texts;
    }
}
