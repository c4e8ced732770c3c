package io.github.sae4j.data.tokens;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.activations.Layout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;

/**
 * The texts of tokens, in JSON lines or Parquet. Lines or rows follow one another as the activations do; where these have an
 * axis of sequences, each is one of them, unless it is a single token.
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * NavigableSet<Long> wanted = new TreeSet<>(List.of(17L, 4096L));
 * TokenTexts texts = TokenTexts.of(Path.of("tokens.jsonl"), reader.whole());
 * Map<Long, TokenContext> contexts = texts.around(wanted, 8);
 * contexts.forEach((token, context) -> System.out.println(token + " " + context.token()));
 * }</pre>
 *
 * @since 0.1
 */
public final class TokenTexts {

    /** How many tokens without sequences are in memory at a time; a context that reaches beyond is cut. */
    private static final int SINGLE_TOKENS = 1 << 16;

    private final Path path;
    private final Layout layout;

    private TokenTexts(Path path, Layout layout) {
        this.path = Objects.requireNonNull(path, "path");
        this.layout = Objects.requireNonNull(layout, "layout");
    }

    /**
     * Returns the texts of a file. Its beginning is read, so that a file of another kind or of other sequences is refused before
     * all work.
     *
     * @param path the file
     * @param layout how the tokens are arranged
     * @throws DataException if the file cannot be read, is of another kind, or its first sequence has another length
     */
    public static TokenTexts of(Path path, Layout layout) {
        TokenTexts texts = new TokenTexts(path, layout);
        try (TokenLines lines = TokenLines.open(path)) {
            texts.next(lines);
        }
        return texts;
    }

    /**
     * Reads the texts around some tokens. A line or row group at a time is in memory.
     *
     * @param wanted the tokens' numbers
     * @param around how many tokens before and after each, at most: none of another line
     * @return a context for each that is wanted
     * @throws DataException if the file cannot be read, or is not of these tokens
     */
    public Map<Long, TokenContext> around(NavigableSet<Long> wanted, int around) {
        Map<Long, TokenContext> contexts = new HashMap<>();
        long first = 0;
        try (TokenLines lines = TokenLines.open(path)) {
            for (List<String> tokens = next(lines); !tokens.isEmpty(); tokens = next(lines)) {
                for (long token : wanted.subSet(first, first + tokens.size())) {
                    contexts.put(token, context(tokens, (int) (token - first), around));
                }
                first += tokens.size();
            }
        }
        if (first != layout.tokens()) {
            throw new DataException(
                    Reason.MISMATCH,
                    path + ": it has " + first + " tokens, but the activations are of " + layout.tokens() + ".");
        }
        return contexts;
    }

    /** Returns the next sequence, or what stands for one where there are none; empty after the last. */
    private List<String> next(TokenLines lines) {
        if (lines.areTokens()) {
            return several(lines, layout.hasSequences() ? layout.sequence() : SINGLE_TOKENS);
        }
        for (List<String> tokens = lines.next(); tokens != null; tokens = lines.next()) {
            if (layout.hasSequences() && tokens.size() != layout.sequence()) {
                throw new DataException(
                        Reason.MISMATCH,
                        lines.place() + ": it has " + tokens.size() + " tokens, but a sequence of the activations has "
                                + layout.sequence() + ".");
            }
            if (!tokens.isEmpty()) {
                return tokens;
            }
        }
        return List.of();
    }

    private static List<String> several(TokenLines lines, long most) {
        List<String> tokens = new ArrayList<>();
        for (List<String> line = lines.next(); line != null; line = lines.next()) {
            tokens.addAll(line);
            if (tokens.size() >= most) {
                break;
            }
        }
        return tokens;
    }

    private static TokenContext context(List<String> tokens, int at, int around) {
        return new TokenContext(
                tokens.subList(Math.max(0, at - around), at),
                tokens.get(at),
                tokens.subList(at + 1, Math.min(tokens.size(), at + 1 + around)));
    }
}
