package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.survey.Example;
import io.github.sae4j.analysis.survey.FeatureOrder;
import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.analysis.survey.NormHistogram;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.tokens.TokenContext;
import io.github.sae4j.data.tokens.TokenTexts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a report shows.
 *
 * @param sae the SAE
 * @param activations what was read
 * @param features the features that have a card
 * @param order what came first
 * @param evaluation the measures
 * @param norms the norms of the activations
 * @param tokens the file of the tokens' texts, or null if there is none
 */
record ReportData(
        OpenSae sae,
        Activations activations,
        FeatureReport features,
        FeatureOrder order,
        Evaluation evaluation,
        NormHistogram norms,
        @Nullable Path tokens) {

    /** Returns what the page is of. */
    String title() {
        return sae.lastingName() + " on " + activations.sourceName();
    }

    /** Returns all that the page shows. */
    JsonObject json() {
        FeatureSurvey survey = features.survey();
        JsonObject data = new JsonObject();
        data.add("facts", pairs(facts()));
        data.add("measures", pairs(new EvaluationReport(sae, activations, evaluation).measures()));
        data.addProperty("tokens", survey.firings().tokens());
        data.addProperty("order", order == FeatureOrder.MAX ? "largest value" : "density");
        JsonArray l0 = new JsonArray();
        survey.firings().tokensOfL0().forEach((active, count) -> l0.add(numbers(active, count)));
        data.add("l0", l0);
        JsonArray bins = new JsonArray();
        norms.bins().forEach(bin -> bins.add(numbers(bin.from(), bin.to(), bin.tokens())));
        data.add("norms", bins);
        data.addProperty("normBinsOfOctave", NormHistogram.BINS_OF_OCTAVE);
        addColumns(data, survey);
        data.add("cards", features.json());
        return data;
    }

    private Map<String, String> facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("SAE", sae.lastingName());
        facts.put("SHA-256", sae.sha256());
        if (!sae.options().isEmpty()) {
            facts.put("options", sae.options());
        }
        if (!sae.profile().isEmpty()) {
            facts.put("profile", sae.profile());
        }
        facts.put("architecture", sae.sae().config().architecture().label());
        facts.put(
                "shape",
                "d_in " + Quantity.count(sae.sae().config().dIn()) + ", d_sae "
                        + Quantity.count(sae.sae().config().dSae()));
        String hook = sae.sae().config().metadata().hookName();
        if (hook != null) {
            facts.put("hook", hook);
        }
        facts.put("activations", activations.sourceName());
        facts.put("tokens", Quantity.count(evaluation.firings().tokens()));
        String leftOut = SettingOptions.leftOutInWords(activations);
        if (leftOut != null) {
            facts.put("left out", leftOut);
        }
        facts.put("made by", "sae4j " + Version.number());
        return facts;
    }

    private static JsonArray pairs(Map<String, String> pairs) {
        JsonArray all = new JsonArray();
        pairs.forEach((label, text) -> {
            JsonArray pair = new JsonArray();
            pair.add(label);
            pair.add(text);
            all.add(pair);
        });
        return all;
    }

    private static JsonArray numbers(Number... numbers) {
        JsonArray array = new JsonArray();
        List.of(numbers).forEach(array::add);
        return array;
    }

    /** Adds a number, and where it is strongest, of each feature there is. */
    private void addColumns(JsonObject data, FeatureSurvey survey) {
        int dSae = sae.sae().config().dSae();
        List<@Nullable Example> strongest = IntStream.range(0, dSae)
                .<@Nullable Example>mapToObj(feature ->
                        survey.tally(feature).examples().stream().findFirst().orElse(null))
                .toList();
        Map<Long, TokenContext> texts = texts(strongest);
        JsonArray counts = new JsonArray();
        JsonArray largest = new JsonArray();
        JsonArray places = new JsonArray();
        for (int feature = 0; feature < dSae; feature++) {
            Example example = strongest.get(feature);
            counts.add(survey.firings().count(feature));
            largest.add(example == null ? 0 : example.value());
            places.add(example == null ? "" : place(example, texts));
        }
        data.add("count", counts);
        data.add("max", largest);
        data.add("strongest", places);
    }

    private Map<Long, TokenContext> texts(List<@Nullable Example> examples) {
        if (tokens == null) {
            return Map.of();
        }
        TreeSet<Long> wanted = new TreeSet<>();
        for (Example example : examples) {
            if (example != null) {
                wanted.add(activations.number(example.token()));
            }
        }
        return TokenTexts.around(tokens, activations.whole(), wanted, 0);
    }

    private String place(Example example, Map<Long, TokenContext> texts) {
        TokenContext context = texts.get(activations.number(example.token()));
        if (context != null) {
            return context.token();
        }
        return activations.place(example.token()).toString();
    }
}
