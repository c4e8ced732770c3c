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
        metadata.addProperty("sae_lens_version", "6.0.0");
        metadata.addProperty("prepend_bos", true);
    }

    /** Returns a configuration that subtracts nothing from the input, normalises nothing and reshapes nothing. */
    static Config of(String architecture, int dIn, int dSae) {
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
