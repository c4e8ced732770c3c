package io.github.sae4j.hub;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import org.jspecify.annotations.Nullable;

/** Reads JSON from strangers: every value is checked to be of the kind that is asked for. */
final class Json {

    private static final Gson STRICT =
            new GsonBuilder().setStrictness(Strictness.STRICT).create();
    private static final double LARGEST_EXACT = 1L << 53;

    private Json() {}

    /**
     * Returns the value that a text is.
     *
     * @throws JsonParseException if it is no JSON
     */
    static JsonElement parse(String text) {
        @Nullable JsonElement value = STRICT.fromJson(text, JsonElement.class);
        if (value == null) {
            throw new JsonParseException("nothing was there");
        }
        return value;
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
