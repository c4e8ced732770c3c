package io.github.sae4j.loader.internal.format;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeLensFiles;
import io.github.sae4j.loader.internal.json.StrictJson;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the configuration of an SAE as SAELens 6 does, with the fields that nothing here reads. */
public final class CfgJsonText {

    /** Written where the configuration came from no version 6: whose fields these are. */
    private static final String VERSION = "6.39.0";

    private static final Gson GSON =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();

    private final JsonObject fields = new JsonObject();
    private final JsonObject metadata = new JsonObject();

    private CfgJsonText() {}

    /**
     * Returns the text of a {@code cfg.json}.
     *
     * @param config what the SAE computes
     * @param dtype the number format that SAELens gives all tensors when it reads them
     * @param specific the fields that the architecture's class has, {@code architecture} among them, and those that are
     *     not as in {@code config}
     * @throws SaeLoadException if no SAE could be read with it
     */
    public static String of(SaeConfig config, String dtype, JsonObject specific) {
        CfgJsonText text = new CfgJsonText();
        text.add(config, dtype);
        specific.entrySet().forEach(field -> text.fields.add(field.getKey(), field.getValue()));
        config.otherFields().forEach(text::addOther);
        CfgJson.read(
                text.fields,
                SaeLensFiles.CONFIG,
                new Accounts(config.otherFields().keySet(), Set.of()));
        return GSON.toJson(text.fields);
    }

    private void add(SaeConfig config, String dtype) {
        fields.addProperty("d_in", config.dIn());
        fields.addProperty("d_sae", config.dSae());
        fields.addProperty("dtype", dtype);
        fields.addProperty("device", "cpu");
        fields.addProperty("apply_b_dec_to_input", config.applyBDecToInput());
        fields.addProperty("normalize_activations", config.normalization().label());
        fields.addProperty("reshape_activations", config.reshape().label());
        fields.add("metadata", metadata);
        add(config.metadata());
    }

    private void add(SaeMetadata known) {
        metadata.addProperty(
                "sae_lens_version",
                known.saeLensVersion()
                        .filter(version -> !CfgJson.isOlder(version))
                        .orElse(VERSION));
        about("model_name", known.modelName());
        about("hook_name", known.hookName());
        about("hook_head_index", known.hookHeadIndex());
        about("context_size", known.contextSize());
        about("prepend_bos", known.prependBos());
        about("dataset_path", known.datasetPath());
        about("neuronpedia_id", known.neuronpediaId());
    }

    private void about(String field, Optional<?> value) {
        value.ifPresent(known -> metadata.add(field, GSON.toJsonTree(known)));
    }

    private void about(String field, OptionalInt value) {
        value.ifPresent(known -> metadata.addProperty(field, known));
    }

    /** What is written already counts more. */
    private void addOther(String name, String json) {
        JsonElement value = parsed(name, json);
        for (String nested : CfgJson.NESTED) {
            if (name.startsWith(nested + ".")) {
                if (!(fields.get(nested) instanceof JsonObject)) {
                    fields.add(nested, new JsonObject());
                }
                addAbsent(fields.getAsJsonObject(nested), name.substring(nested.length() + 1), value);
                return;
            }
        }
        addAbsent(fields, name, value);
    }

    private static void addAbsent(JsonObject object, String name, JsonElement value) {
        if (!object.has(name)) {
            object.add(name, value);
        }
    }

    private static JsonElement parsed(String name, String json) {
        try {
            return StrictJson.parse(json);
        } catch (JsonParseException e) {
            throw new SaeLoadException(
                    Reason.DAMAGED, "The configuration's field " + name + " is not JSON: " + e.getMessage() + ".", e);
        }
    }

    /** Returns a field's value, for a field that may be null in the file. */
    public static JsonElement orNull(@Nullable Object value) {
        return value == null ? JsonNull.INSTANCE : GSON.toJsonTree(value);
    }
}
