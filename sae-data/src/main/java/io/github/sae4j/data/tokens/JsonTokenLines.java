package io.github.sae4j.data.tokens;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.files.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** JSON lines, each an array of strings, or an object whose field {@code tokens} is one. Blank lines do not count. */
final class JsonTokenLines implements TokenLines {

    private static final String FIELD = "tokens";

    private final Path path;
    private final BufferedReader lines;
    private int number;

    private JsonTokenLines(Path path, BufferedReader lines) {
        this.path = path;
        this.lines = lines;
    }

    static JsonTokenLines open(Path path) {
        try {
            return new JsonTokenLines(path, Files.newBufferedReader(path, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    @Override
    public @Nullable List<String> next() {
        String line = line();
        if (line == null) {
            return null;
        }
        List<String> tokens = new ArrayList<>();
        for (JsonElement token : array(line)) {
            if (!token.isJsonPrimitive() || !token.getAsJsonPrimitive().isString()) {
                throw new DataException(
                        Reason.MALFORMED, place() + ": a token should be a string, but is " + token + ".");
            }
            tokens.add(token.getAsString());
        }
        return tokens;
    }

    private @Nullable String line() {
        try {
            String line;
            do {
                line = lines.readLine();
                number++;
            } while (line != null && line.isBlank());
            return line;
        } catch (CharacterCodingException e) {
            throw new DataException(Reason.MALFORMED, path + ": this is no text in UTF-8.", e);
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    private JsonArray array(String line) {
        JsonElement value;
        try {
            value = Json.parse(line);
        } catch (JsonParseException e) {
            throw new DataException(Reason.MALFORMED, place() + ": this is no JSON.", e);
        }
        @Nullable JsonElement tokens = value instanceof JsonObject object ? object.get(FIELD) : value;
        if (tokens instanceof JsonArray array) {
            return array;
        }
        throw new DataException(
                Reason.MALFORMED,
                place() + ": there should be an array of strings, or an object with one as its \"" + FIELD + "\".");
    }

    @Override
    public boolean areTokens() {
        return false;
    }

    @Override
    public String place() {
        return path + ", line " + number;
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be closed", e);
        }
    }
}
