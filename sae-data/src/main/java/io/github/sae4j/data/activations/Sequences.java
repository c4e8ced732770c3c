package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the user says about where sequences begin, for files whose shape does not tell.
 *
 * @param length how many tokens each has; 0 if that is not said
 * @param eachFile whether each file is one
 * @param documents the name of an array that says of each token which sequence it is of, or null
 */
public record Sequences(
        int length, boolean eachFile, @Nullable String documents) {

    /** Nothing is said. */
    public static final Sequences NONE = new Sequences(0, false, null);

    /** Each file is one sequence. */
    public static final Sequences EACH_FILE = new Sequences(0, true, null);

    /** Returns sequences of so many tokens, at least 1. */
    public static Sequences of(int length) {
        return new Sequences(length, false, null);
    }

    /**
     * Returns this with the name of an array that says which sequence a token is of.
     *
     * @throws DataException if it is said otherwise already
     */
    public Sequences withDocuments(@Nullable String name) {
        if (name != null && (length > 0 || eachFile)) {
            throw new DataException("--sequence-length and --document-column both say where sequences begin, so only"
                    + " one of them can be right.");
        }
        return name == null ? this : new Sequences(0, false, name);
    }

    /**
     * Arranges the tokens of a file as the user says.
     *
     * @param file the file's name, for sentences
     * @param stored how its shape arranges them
     * @throws DataException if that contradicts the shape, or the tokens are not whole sequences
     */
    Layout arrange(String file, Layout stored) {
        if (written().isEmpty() || (stored.hasSequences() && stored.sequence() == length)) {
            return stored;
        }
        if (stored.hasSequences()) {
            throw new DataException(file + ": its shape has sequences of " + stored.sequence() + " tokens, but "
                    + written() + " says otherwise.");
        }
        if (length > 0 && stored.tokens() % length != 0) {
            throw new DataException(file + ": its " + stored.tokens() + " tokens are not whole sequences of " + length
                    + " (" + written() + ").");
        }
        if (documents != null || stored.tokens() == 0) {
            return stored;
        }
        long each = eachFile ? stored.tokens() : length;
        return Layout.of(file, new long[] {stored.tokens() / each, each}, stored.heads());
    }

    /** Returns it as the user could write it again; empty if nothing is said. */
    String written() {
        return Stream.of(
                        eachFile ? "--sequence-length file" : length > 0 ? "--sequence-length " + length : "",
                        documents == null ? "" : "--document-column " + documents)
                .filter(option -> !option.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
