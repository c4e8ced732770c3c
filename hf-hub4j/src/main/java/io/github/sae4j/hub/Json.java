package io.github.sae4j.hub;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import org.jspecify.annotations.Nullable;

/** Reads JSON from strangers: every value is checked to be of the kind that is asked for. */
final class Json {

    /** Unlike Gson itself it leaves a reader as strict as it is. */
    private static final TypeAdapter<JsonElement> VALUES = new Gson().getAdapter(JsonElement.class);

    private static final double LARGEST_EXACT = 1L << 53;

    private Json() {}

    /**
     * Returns the value that a text is.
     *
     * @throws JsonParseException if it is no JSON
     */
    static JsonElement parse(String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            JsonElement value = VALUES.read(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("something follows the value");
            }
            return value;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new JsonParseException(e.getMessage(), e);
        }
    }

    /**
     * Returns a value that must be an object.
     *
     * @throws JsonParseException if it is something else
     */
    static JsonObject object(@Nullable JsonElement value) {
        if (value instanceof JsonObject object) {
            return object;
        }
        throw new JsonParseException("an object was expected");
    }

    /**
     * Returns a value that must be a list.
     *
     * @throws JsonParseException if it is something else
     */
    static JsonArray list(@Nullable JsonElement value) {
        if (value instanceof JsonArray list) {
            return list;
        }
        throw new JsonParseException("a list was expected");
    }

    /**
     * Returns a field that must be a text.
     *
     * @throws JsonParseException if it is absent or something else
     */
    static String text(JsonObject object, String field) {
        if (object.get(field) instanceof JsonPrimitive value && value.isString()) {
            return value.getAsString();
        }
        throw new JsonParseException("\"" + field + "\" should be a text");
    }

    /**
     * Returns a field that must be a whole number that is not negative.
     *
     * @throws JsonParseException if it is absent or something else
     */
    static long size(JsonObject object, String field) {
        if (object.get(field) instanceof JsonPrimitive value && value.isNumber()) {
            double number = value.getAsDouble();
            if (number >= 0 && number <= LARGEST_EXACT && number == Math.rint(number)) {
                return (long) number;
            }
        }
        throw new JsonParseException("\"" + field + "\" should be a whole number from 0 on");
    }
}
