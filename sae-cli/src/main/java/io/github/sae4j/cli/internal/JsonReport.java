package io.github.sae4j.cli.internal;

import com.google.gson.JsonObject;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.internal.files.Json;

/** What the JSON of all reports on activations has in common. */
final class JsonReport {

    private JsonReport() {}

    /** Starts an object with what it is about: the SAE, the options and the activations. */
    static JsonObject start(OpenSae sae, Activations activations) {
        JsonObject report = new JsonObject();
        report.addProperty("sae", sae.lastingName());
        report.addProperty("sae_options", sae.options());
        report.addProperty("profile", sae.profile());
        report.addProperty("source", activations.sourceName());
        report.addProperty("skipped", SettingOptions.spelled(activations.leftOut()));
        report.addProperty("left_out", SettingOptions.leftOutCount(activations));
        report.addProperty("sae4j_version", Version.number());
        return report;
    }

    /** Prints the object; null stands for what is not defined. */
    static void print(JsonObject report, Terminal terminal) {
        terminal.print(Json.indented(report));
    }
}
