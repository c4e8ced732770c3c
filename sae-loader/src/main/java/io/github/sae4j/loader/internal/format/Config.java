package io.github.sae4j.loader.internal.format;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import org.jspecify.annotations.Nullable;

/** Writes a configuration as SAELens 6 does, from what another publisher says in other ways. */
final class Config {

    private static final Gson GSON = new Gson();

    private final JsonObject fields = new JsonObject();
    private final JsonObject metadata = new JsonObject();

    private Config(String architecture, int dIn, int dSae) {
        fields.addProperty("architecture", architecture);
        fields.addProperty("d_in", dIn);
        fields.addProperty("d_sae", dSae);
        fields.addProperty("apply_b_dec_to_input", false);
    }

    /**
     * Returns a configuration that subtracts nothing from the input, normalises nothing and reshapes nothing, of a
     * publisher whose training texts began with a BOS token.
     */
    static Config of(String architecture, int dIn, int dSae) {
        return ofTensors(architecture, dIn, dSae).about("prepend_bos", true);
    }

    /** Returns a configuration of which nothing is known but what the tensors tell. */
    static Config ofTensors(String architecture, int dIn, int dSae) {
        return new Config(architecture, dIn, dSae);
    }

    /** Sets a field, unless the value is null. */
    Config with(String name, @Nullable Object value) {
        if (value != null) {
            fields.add(name, GSON.toJsonTree(value));
        }
        return this;
    }

    /** Sets a field of the metadata, unless the value is null. */
    Config about(String name, @Nullable Object value) {
        if (value != null) {
            metadata.add(name, GSON.toJsonTree(value));
        }
        return this;
    }

    JsonObject json() {
        fields.add("metadata", metadata);
        return fields;
    }
}
