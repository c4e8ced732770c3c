package io.github.sae4j.data.internal.files;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/** JSON that files hold, and all that programs and the command write; null stands for NaN and infinity, for which JSON has no word. */
public final class Json {

    private static final Gson LINE =
            new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final Gson INDENTED = new GsonBuilder()
            .serializeNulls()
            .disableHtmlEscaping()
            .setPrettyPrinting()
            .create();
    private static final Gson IN_PAGE = new GsonBuilder().serializeNulls().create();

    private Json() {}

    /**
     * Returns the value that a text holds, as leniently as Gson reads, and a null for an empty text.
     *
     * @throws JsonParseException if it is not JSON, or there is something after the value
     */
    @SuppressWarnings({"deprecation", "InlineMeInliner"}) // The Gson of Spark 3.5, 2.2.4, has no static method for it.
    public static JsonElement parse(String text) {
        return new JsonParser().parse(text);
    }

    /** Returns the text of a document for people and programs, a line for each value. */
    public static String indented(JsonElement document) {
        return INDENTED.toJson(finite(document));
    }

    /** Returns the text of a document in one line. */
    public static String line(JsonElement document) {
        return LINE.toJson(finite(document));
    }

    /** Returns the text of a document for a page of HTML, where no string of it can end the element that it is in. */
    public static String inPage(JsonElement document) {
        return IN_PAGE.toJson(finite(document));
    }

    /** Appends a number, with as many digits as float32 needs. */
    public static void append(StringBuilder text, float number) {
        if (Float.isFinite(number)) {
            text.append(number);
        } else {
            text.append("null");
        }
    }

    private static JsonElement finite(JsonElement element) {
        if (element instanceof JsonObject object) {
            JsonObject members = new JsonObject();
            object.entrySet().forEach(member -> members.add(member.getKey(), finite(member.getValue())));
            return members;
        }
        if (element instanceof JsonArray array) {
            JsonArray values = new JsonArray();
            array.forEach(value -> values.add(finite(value)));
            return values;
        }
        if (element.isJsonPrimitive()
                && element.getAsJsonPrimitive().isNumber()
                && !Double.isFinite(element.getAsDouble())) {
            return JsonNull.INSTANCE;
        }
        return element;
    }
}
