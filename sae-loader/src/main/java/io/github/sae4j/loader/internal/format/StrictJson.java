package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import io.github.sae4j.loader.SaeLoadException;
import java.io.IOException;
import java.io.StringReader;

/** JSON as RFC 8259 has it, with each name at most once in an object and nothing after the value. */
final class StrictJson {

    private static final String PARSERS_ADVICE =
            "Use JsonReader.setStrictness(Strictness.LENIENT) to accept malformed JSON";

    private StrictJson() {}

    /**
     * Returns the object that a text holds.
     *
     * @param file the file's name, for sentences
     * @throws SaeLoadException if it holds none
     */
    static JsonObject object(String text, String file) {
        try {
            if (parse(text) instanceof JsonObject object) {
                return object;
            }
        } catch (JsonParseException e) {
            throw new SaeLoadException(file + " is not JSON: " + e.getMessage() + ".", e);
        }
        throw new SaeLoadException(file + " should hold a JSON object, but holds something else.");
    }

    /**
     * Returns the value that a text holds. Numbers keep their digits.
     *
     * @throws JsonParseException if the text is not JSON; the message says where and why
     */
    static JsonElement parse(String text) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement value = value(reader);
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
        return line.replace(PARSERS_ADVICE, "the text is malformed");
    }

    private static JsonElement value(JsonReader reader) throws IOException {
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> object(reader);
            case BEGIN_ARRAY -> array(reader);
            case STRING, NUMBER, BOOLEAN, NULL -> JsonParser.parseReader(reader);
            default -> throw new MalformedJsonException("a value was expected at " + reader.getPath());
        };
    }

    private static JsonObject object(JsonReader reader) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (object.has(name)) {
                throw new MalformedJsonException("the field \"" + name + "\" is there twice");
            }
            object.add(name, value(reader));
        }
        reader.endObject();
        return object;
    }

    private static JsonArray array(JsonReader reader) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(value(reader));
        }
        reader.endArray();
        return array;
    }
}
