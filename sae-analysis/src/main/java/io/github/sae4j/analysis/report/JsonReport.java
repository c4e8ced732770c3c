package io.github.sae4j.analysis.report;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.github.sae4j.analysis.check.FitCheck;
import io.github.sae4j.analysis.check.HypothesisResult;
import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.internal.report.Measures;
import io.github.sae4j.analysis.internal.report.SurveyJson;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.internal.files.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What was found on some activations, as the JSON that {@code sae eval}, {@code sae features} and {@code sae check} print with
 * {@code --json}: one object that begins with what it is about. Null stands for what is not defined.
 *
 * <p>Immutable, and as safe for use by several threads as the SAE and the activations that it was made with.
 *
 * <pre>{@code
 * String json = JsonReport.about(sae, reader).of(Evaluation.of(reader, sae, 1024));
 * }</pre>
 *
 * @since 0.1
 */
public final class JsonReport {

    private final SparseAutoencoder sae;
    private final ActivationReader activations;
    private final String name;
    private final String profile;
    private final String version;

    private JsonReport(
            SparseAutoencoder sae, ActivationReader activations, String name, String profile, String version) {
        this.sae = sae;
        this.activations = activations;
        this.name = Objects.requireNonNull(name, "name");
        this.profile = Objects.requireNonNull(profile, "profile");
        this.version = Objects.requireNonNull(version, "version");
    }

    /**
     * Returns a report on what an SAE does on activations.
     *
     * @param sae the SAE
     * @param activations what was read
     */
    public static JsonReport about(SparseAutoencoder sae, ActivationReader activations) {
        return new JsonReport(
                sae,
                Objects.requireNonNull(activations, "activations"),
                sae.source().description(),
                "",
                Provenance.builder().build().version().orElseThrow());
    }

    /** Returns the same with another name of the SAE than its source has. */
    public JsonReport withName(String ofSae) {
        return new JsonReport(sae, activations, ofSae, profile, version);
    }

    /** Returns the same with what a set of settings means that the user asked for, in words. */
    public JsonReport withProfile(String words) {
        return new JsonReport(sae, activations, name, words, version);
    }

    /** Returns the same with another version of the software than that of this library. */
    public JsonReport withVersion(String number) {
        return new JsonReport(sae, activations, name, profile, number);
    }

    /**
     * Returns what an evaluation found.
     *
     * @param evaluation of this SAE on these activations
     * @throws io.github.sae4j.core.SaeException if the weights' file can no longer be read, of which the SHA-256 is taken once
     */
    public String of(Evaluation evaluation) {
        Firings firings = evaluation.firings();
        JsonObject report = withSha256(start());
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
        evaluation.quality().ifPresent(quality -> {
            report.addProperty("explained_variance", quality.explainedVariance());
            report.addProperty("explained_variance_legacy", quality.legacyExplainedVariance());
            report.addProperty("mse", quality.meanSquaredError());
            report.addProperty(
                    "mse_per_element", quality.meanSquaredError() / sae.config().dIn());
            report.addProperty("cosine_similarity", quality.cosine());
            report.addProperty("l2_ratio", quality.l2Ratio());
            report.addProperty("relative_reconstruction_bias", quality.relativeReconstructionBias());
        });
        return Json.indented(report);
    }

    /**
     * Returns what chosen features did.
     *
     * @param survey of this SAE on these activations
     * @throws io.github.sae4j.core.SaeException if the weights' file can no longer be read, of which the SHA-256 is taken once
     */
    public String of(SurveyResult survey) {
        JsonObject report = withSha256(start());
        report.addProperty("tokens", survey.survey().firings().tokens());
        report.addProperty("l0", survey.survey().firings().l0());
        report.add("features", SurveyJson.features(survey));
        return Json.indented(report);
    }

    /**
     * Returns whether the activations fit.
     *
     * @param check of this SAE on a sample of these activations
     */
    public String of(FitCheck check) {
        return of(check, Setting.Value::toString);
    }

    /**
     * Returns whether the activations fit, with a verdict that calls settings as its readers do.
     *
     * @param check of this SAE on a sample of these activations
     * @param names how the readers know a setting, see {@link io.github.sae4j.data.Sentence#with}
     */
    public String of(FitCheck check, Function<Setting.Value, String> names) {
        Objects.requireNonNull(names, "names");
        JsonObject report = start();
        report.addProperty("fits", check.fits());
        report.addProperty("verdict", check.sentence().with(names));
        JsonArray trials = new JsonArray();
        for (HypothesisResult trial : check.trials()) {
            JsonObject tried = new JsonObject();
            tried.addProperty("tried", trial.name());
            tried.addProperty("tokens", trial.tokens());
            tried.addProperty("explained_variance", trial.explainedVariance());
            tried.addProperty("l0", trial.l0());
            tried.addProperty("sparsity_agreement", trial.agreement().orElse(Double.NaN));
            trials.add(tried);
        }
        report.add("trials", trials);
        return Json.indented(report);
    }

    private JsonObject start() {
        Map<String, String> read =
                Provenance.builder().source(activations).build().fields();
        JsonObject report = new JsonObject();
        report.addProperty("sae", name);
        report.addProperty("sae_options", Sentence.of(Setting.ofSae(sae)).with(Setting.Value::inFiles));
        report.addProperty("profile", profile);
        for (String key : List.of("source", "skipped", "left_out")) {
            report.addProperty(key, read.getOrDefault(key, ""));
        }
        report.addProperty("sae4j_version", version);
        return report;
    }

    private JsonObject withSha256(JsonObject report) {
        report.addProperty("sae_sha256", sae.source().sha256().orElse(null));
        return report;
    }

    private static JsonArray features(int[] features) {
        JsonArray array = new JsonArray();
        Arrays.stream(features).forEach(feature -> array.add(new JsonPrimitive(feature)));
        return array;
    }
}
