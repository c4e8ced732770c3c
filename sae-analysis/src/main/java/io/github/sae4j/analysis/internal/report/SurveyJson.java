package io.github.sae4j.analysis.internal.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.analysis.survey.CoFiring;
import io.github.sae4j.analysis.survey.Example;
import io.github.sae4j.analysis.survey.FeatureTally;
import io.github.sae4j.analysis.survey.Neighbour;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.analysis.survey.SurveyedFeature;
import io.github.sae4j.data.activations.TokenPlace;
import java.util.Arrays;
import java.util.List;

/** What chosen features did, for programs. */
public final class SurveyJson {

    private SurveyJson() {}

    /** Returns an object for each chosen feature; null stands for an infinite value. */
    public static JsonArray features(SurveyResult result) {
        JsonArray all = new JsonArray();
        result.features().forEach(feature -> all.add(feature(result, feature)));
        return all;
    }

    private static JsonObject feature(SurveyResult result, SurveyedFeature surveyed) {
        int feature = surveyed.feature();
        FeatureTally tally = surveyed.tally();
        JsonObject object = new JsonObject();
        object.addProperty("feature", feature);
        object.addProperty("tokens", result.survey().firings().count(feature));
        object.addProperty("density", result.survey().firings().density(feature));
        object.addProperty("max", tally.max());
        JsonObject histogram = new JsonObject();
        histogram.addProperty("bin_width", tally.histogram().binWidth());
        JsonArray counts = new JsonArray();
        Arrays.stream(tally.histogram().counts()).forEach(count -> counts.add(new JsonPrimitive(count)));
        histogram.add("counts", counts);
        object.add("histogram", histogram);
        JsonArray pairs = new JsonArray();
        for (CoFiring pair : surveyed.coFirings()) {
            JsonObject other = new JsonObject();
            other.addProperty("feature", pair.feature());
            other.addProperty("tokens", pair.tokens());
            other.addProperty("phi", pair.phi());
            other.addProperty("jaccard", pair.jaccard());
            pairs.add(other);
        }
        object.add("co_firing", pairs);
        JsonArray near = new JsonArray();
        for (Neighbour neighbour : surveyed.neighbours()) {
            JsonObject other = new JsonObject();
            other.addProperty("feature", neighbour.feature());
            other.addProperty("cosine", neighbour.cosine());
            near.add(other);
        }
        object.add("neighbours", near);
        JsonArray examples = new JsonArray();
        tally.examples().forEach(example -> examples.add(example(result, example)));
        object.add("examples", examples);
        return object;
    }

    private static JsonObject example(SurveyResult result, Example example) {
        TokenPlace place = result.place(example);
        JsonObject object = new JsonObject();
        object.addProperty("value", example.value());
        object.addProperty("token", result.number(example));
        object.addProperty("file", place.file());
        object.addProperty("row", place.row().isPresent() ? place.row().getAsLong() : null);
        object.addProperty("position", place.position());
        result.context(example).ifPresent(context -> {
            object.add("before", texts(context.before()));
            object.addProperty("text", context.token());
            object.add("after", texts(context.after()));
        });
        return object;
    }

    private static JsonArray texts(List<String> tokens) {
        JsonArray texts = new JsonArray();
        tokens.forEach(token -> texts.add(new JsonPrimitive(token)));
        return texts;
    }
}
