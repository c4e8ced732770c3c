package io.github.sae4j.analysis.internal.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.survey.Example;
import io.github.sae4j.analysis.survey.FeatureOrder;
import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.tokens.TokenContext;
import io.github.sae4j.data.tokens.TokenTexts;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a report shows.
 *
 * @param survey the SAE, and what is told of its features
 * @param activations what was read
 * @param result what was found of its features
 * @param evaluation the measures
 * @param norms the norms of the activations
 * @param provenance where the numbers come from
 * @param names how the page's readers know a setting
 */
public record ReportData(
        Survey survey,
        ActivationReader activations,
        SurveyResult result,
        Evaluation evaluation,
        NormHistogram norms,
        Provenance provenance,
        Function<Setting.Value, String> names) {

    /** Returns what the page is of. */
    public String title() {
        return provenance.fields().getOrDefault("sae", "") + " on " + activations.sourceName();
    }

    /** Returns all that the page shows. */
    public JsonObject json() {
        FeatureSurvey all = result.survey();
        JsonObject data = new JsonObject();
        data.add("facts", pairs(facts()));
        data.add("measures", pairs(Measures.of(evaluation, survey.sae().config().dIn())));
        data.addProperty("tokens", all.firings().tokens());
        data.addProperty("order", survey.order() == FeatureOrder.MAX ? "largest value" : "density");
        JsonArray l0 = new JsonArray();
        all.firings().tokensOfL0().forEach((active, count) -> l0.add(numbers(active, count)));
        data.add("l0", l0);
        JsonArray bins = new JsonArray();
        norms.bins().forEach(bin -> bins.add(numbers(bin.from(), bin.to(), bin.tokens())));
        data.add("norms", bins);
        data.addProperty("normBinsOfOctave", NormHistogram.BINS_OF_OCTAVE);
        addColumns(data, all);
        data.add("cards", SurveyJson.features(result));
        return data;
    }

    private Map<String, String> facts() {
        Map<String, String> origin = provenance.fields();
        SaeConfig config = survey.sae().config();
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("SAE", origin.getOrDefault("sae", ""));
        if (origin.containsKey("sae_sha256")) {
            facts.put("SHA-256", origin.get("sae_sha256"));
        }
        if (!provenance.saeSettings().isEmpty()) {
            facts.put("options", spelled(provenance.saeSettings()));
        }
        if (origin.containsKey("profile")) {
            facts.put("profile", origin.get("profile"));
        }
        facts.put("architecture", config.architecture().label());
        facts.put("shape", "d_in " + Quantity.count(config.dIn()) + ", d_sae " + Quantity.count(config.dSae()));
        config.metadata().hookName().ifPresent(hook -> facts.put("hook", hook));
        facts.put("activations", activations.sourceName());
        facts.put("tokens", Quantity.count(evaluation.firings().tokens()));
        if (!provenance.skipped().isEmpty()) {
            facts.put("left out", origin.get("left_out") + " tokens, by " + spelled(provenance.skipped()));
        }
        facts.put("made by", "sae4j " + origin.getOrDefault("sae4j_version", ""));
        return facts;
    }

    private String spelled(List<Setting.Value> settings) {
        return Sentence.of(settings).with(names);
    }

    private static JsonArray pairs(Map<String, String> pairs) {
        JsonArray all = new JsonArray();
        pairs.forEach((label, text) -> {
            JsonArray pair = new JsonArray();
            pair.add(new JsonPrimitive(label));
            pair.add(new JsonPrimitive(text));
            all.add(pair);
        });
        return all;
    }

    private static JsonArray numbers(Number... numbers) {
        JsonArray array = new JsonArray();
        List.of(numbers).forEach(number -> array.add(new JsonPrimitive(number)));
        return array;
    }

    /** Adds a number, and where it is strongest, of each feature there is. */
    private void addColumns(JsonObject data, FeatureSurvey all) {
        int dSae = survey.sae().config().dSae();
        List<@Nullable Example> strongest = IntStream.range(0, dSae)
                .<@Nullable Example>mapToObj(feature ->
                        all.tally(feature).examples().stream().findFirst().orElse(null))
                .toList();
        Map<Long, TokenContext> texts = texts(strongest);
        JsonArray counts = new JsonArray();
        JsonArray largest = new JsonArray();
        JsonArray places = new JsonArray();
        for (int feature = 0; feature < dSae; feature++) {
            Example example = strongest.get(feature);
            counts.add(new JsonPrimitive(all.firings().count(feature)));
            largest.add(new JsonPrimitive(example == null ? 0 : example.value()));
            places.add(new JsonPrimitive(example == null ? "" : place(example, texts)));
        }
        data.add("count", counts);
        data.add("max", largest);
        data.add("strongest", places);
    }

    private Map<Long, TokenContext> texts(List<@Nullable Example> examples) {
        Path tokens = survey.tokens().orElse(null);
        if (tokens == null) {
            return Map.of();
        }
        TreeSet<Long> wanted = new TreeSet<>();
        for (Example example : examples) {
            if (example != null) {
                wanted.add(activations.number(example.token()));
            }
        }
        return TokenTexts.of(tokens, activations.whole()).around(wanted, 0);
    }

    private String place(Example example, Map<Long, TokenContext> texts) {
        TokenContext context = texts.get(activations.number(example.token()));
        if (context != null) {
            return context.token();
        }
        return activations.place(example.token()).toString();
    }
}
