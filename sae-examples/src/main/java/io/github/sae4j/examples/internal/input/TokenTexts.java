package io.github.sae4j.examples.internal.input;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.github.sae4j.examples.internal.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import org.jspecify.annotations.Nullable;

/**
 * The texts of tokens, in JSON lines: each an array of strings, or an object whose field {@code tokens} is one. Lines follow
 * one another as the activations do; where these have an axis of sequences, each line is one of them.
 */
public final class TokenTexts {

    private static final String FIELD = "tokens";

    private final Path path;
    private final Layout layout;
    private final int around;

    private TokenTexts(Path path, Layout layout, int around) {
        this.path = path;
        this.layout = layout;
        this.around = around;
    }

    /**
     * Reads the texts around some tokens. A line at a time is in memory.
     *
     * @param path the file
     * @param layout how the tokens are arranged
     * @param wanted the tokens' numbers
     * @param around how many tokens before and after each, at most: none of another line
     * @return a context for each that is wanted
     * @throws CommandException if the file cannot be read, is of another kind, or is not of these tokens
     */
    public static Map<Long, TokenContext> around(Path path, Layout layout, NavigableSet<Long> wanted, int around) {
        InputFile.requireReadable(path);
        return new TokenTexts(path, layout, around).read(wanted);
    }

    private Map<Long, TokenContext> read(NavigableSet<Long> wanted) {
        Map<Long, TokenContext> contexts = new HashMap<>();
        long first = 0;
        try (BufferedReader lines = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
            int number = 1;
            for (String line = lines.readLine(); line != null; line = lines.readLine(), number++) {
                List<String> tokens = tokens(line, number);
                for (long token : wanted.subSet(first, first + tokens.size())) {
                    contexts.put(token, context(tokens, (int) (token - first)));
                }
                first += tokens.size();
            }
        } catch (CharacterCodingException e) {
            throw new CommandException(path + ": this is no text in UTF-8.", e);
        } catch (IOException e) {
            throw CommandException.of(path, "cannot be read", e);
        }
        if (first != layout.tokens()) {
            throw new CommandException(
                    path + ": it has " + first + " tokens, but the activations are of " + layout.tokens() + ".");
        }
        return contexts;
    }

    private TokenContext context(List<String> tokens, int at) {
        return new TokenContext(
                tokens.subList(Math.max(0, at - around), at),
                tokens.get(at),
                tokens.subList(at + 1, Math.min(tokens.size(), at + 1 + around)));
    }

    private List<String> tokens(String line, int number) {
        JsonArray array = array(line, number);
        if (layout.hasSequences() && array.size() != layout.sequence()) {
            throw wrong(
                    number,
                    "it has " + array.size() + " tokens, but a sequence of the activations has " + layout.sequence());
        }
        List<String> tokens = new ArrayList<>();
        for (JsonElement token : array) {
            if (!token.isJsonPrimitive() || !token.getAsJsonPrimitive().isString()) {
                throw wrong(number, "a token should be a string, but is " + token);
            }
            tokens.add(token.getAsString());
        }
        return tokens;
    }

    private JsonArray array(String line, int number) {
        JsonElement value;
        try {
            value = JsonParser.parseString(line);
        } catch (JsonParseException e) {
            throw new CommandException(path + ", line " + number + ": this is no JSON.", e);
        }
        @Nullable JsonElement tokens = value instanceof JsonObject object ? object.get(FIELD) : value;
        if (tokens instanceof JsonArray array) {
            return array;
        }
        throw wrong(number, "there should be an array of strings, or an object with one as its \"" + FIELD + "\"");
    }

    private CommandException wrong(int line, String what) {
        return new CommandException(path + ", line " + line + ": " + what + ".");
    }
}
