package io.github.sae4j.loader.internal.json;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.safetensors.internal.Quoted;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;

/** JSON as any version of Gson reads it unless it is lenient, with each name at most once in an object and nothing after the value. */
public final class StrictJson {

    private static final int DEEPEST_NESTING = 128;
    private static final Pattern PARSERS_ADVICE =
            Pattern.compile("Use JsonReader\\.set\\w+\\([\\w.]+\\) to accept malformed JSON");

    private StrictJson() {}

    /**
     * Returns the object that a text holds.
     *
     * @param file the file's name, for sentences
     * @throws SaeLoadException if it holds none
     */
    public static JsonObject object(String text, String file) {
        try {
            if (parse(text) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonParseException e) {
            throw new SaeLoadException(Reason.DAMAGED, file + " is not JSON: " + e.getMessage() + ".", e);
        }
        throw new SaeLoadException(Reason.DAMAGED, file + " should hold a JSON object, but holds something else.");
    }

    /**
     * Returns the value that a text holds. Numbers keep their digits.
     *
     * @throws JsonParseException if the text is not JSON; the message says where and why
     */
    public static JsonElement parse(String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            JsonElement value = value(reader, 0);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("there is something after the end of the value");
            }
            return value;
        } catch (IOException | IllegalStateException | NumberFormatException | JsonParseException e) {
            throw new JsonParseException(reason(e), e);
        }
    }

    /** The parser's own sentence names a setting of the parser and the address of its manual. */
    private static String reason(Exception e) {
        Throwable told = e.getCause() == null ? e : e.getCause();
        String line = String.valueOf(told.getMessage()).lines().findFirst().orElse("");
        return PARSERS_ADVICE.matcher(line).replaceFirst("the text is malformed");
    }

    private static JsonElement value(JsonReader reader, int depth) throws IOException {
        if (depth > DEEPEST_NESTING) {
            throw new MalformedJsonException("it is nested deeper than " + DEEPEST_NESTING);
        }
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> object(reader, depth);
            case BEGIN_ARRAY -> array(reader, depth);
            case STRING, NUMBER, BOOLEAN, NULL -> scalar(reader);
            default -> throw new MalformedJsonException("a value was expected");
        };
    }

    @SuppressWarnings({"deprecation", "InlineMeInliner"}) // The Gson of Spark 3.5, 2.2.4, has no static method for it.
    private static JsonElement scalar(JsonReader reader) {
        return new JsonParser().parse(reader);
    }

    private static JsonObject object(JsonReader reader, int depth) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (object.has(name)) {
                throw new MalformedJsonException("the field " + Quoted.of(name) + " is there twice");
            }
            object.add(name, value(reader, depth + 1));
        }
        reader.endObject();
        return object;
    }

    private static JsonArray array(JsonReader reader, int depth) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(value(reader, depth + 1));
        }
        reader.endArray();
        return array;
    }

    /** Returns the names of an object's fields, in their order, as a set that does not change with it. */
    public static Set<String> names(JsonObject object) {
        Set<String> names = new LinkedHashSet<>();
        object.entrySet().forEach(field -> names.add(field.getKey()));
        return names;
    }

    /** Returns an object with the same fields, and with objects and arrays of its own in them. */
    public static JsonObject copy(JsonObject object) {
        return parse(object.toString()).getAsJsonObject();
    }
}
