package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes a configuration as SAELens 6 does, from what another publisher says in other ways. */
final class Config {

    /** How the model is to be loaded in TransformerLens, where a publisher's activations are those of the model as it is. */
    static final JsonElement UNFOLDED_LAYER_NORM = unfoldedLayerNorm();

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
            fields.add(name, json(value));
        }
        return this;
    }

    /** Sets a field of the metadata, unless the value is null. */
    Config about(String name, @Nullable Object value) {
        if (value != null) {
            metadata.add(name, json(value));
        }
        return this;
    }

    private static JsonElement unfoldedLayerNorm() {
        JsonObject arguments = new JsonObject();
        arguments.addProperty("fold_ln", false);
        return arguments;
    }

    /** Values out of YAML may be of any depth, even endless, and numbers that JSON lacks: no field here takes those. */
    private static JsonElement json(Object value) {
        if (value instanceof JsonElement element) {
            return element;
        }
        if (value instanceof Boolean flag) {
            return new JsonPrimitive(flag);
        }
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return new JsonPrimitive(number);
        }
        if (value instanceof Map<?, ?>) {
            return new JsonObject();
        }
        return value instanceof Iterable<?> ? new JsonArray() : new JsonPrimitive(value.toString());
    }

    JsonObject json() {
        fields.add("metadata", metadata);
        return fields;
    }
}
