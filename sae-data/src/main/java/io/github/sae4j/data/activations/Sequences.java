package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user says about where sequences begin, for files whose shape does not tell.
 *
 * @param length how many tokens each has; 0 if that is not said
 * @param eachFile whether each file is one
 * @param documents the name of an array that says of each token which sequence it is of, or null
 */
record Sequences(int length, boolean eachFile, @Nullable String documents) {

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
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            Setting.SEQUENCE_LENGTH.named(),
                            " and ",
                            Setting.SEQUENCE_COLUMN.named(),
                            " both say where sequences begin, so only one of them can be right."));
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
        if (settings().isEmpty() || (stored.hasSequences() && stored.sequence() == length)) {
            return stored;
        }
        if (stored.hasSequences()) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": its shape has sequences of " + stored.sequence() + " tokens, but ",
                            settings(),
                            " says otherwise."));
        }
        if (length > 0 && stored.tokens() % length != 0) {
            throw new DataException(
                    Reason.MISMATCH,
                    Sentence.of(
                            file + ": its " + stored.tokens() + " tokens are not whole sequences of " + length + " (",
                            settings(),
                            ")."));
        }
        if (documents != null || stored.tokens() == 0) {
            return stored;
        }
        long each = eachFile ? stored.tokens() : length;
        return Layout.of(file, new long[] {stored.tokens() / each, each}, stored.heads());
    }

    /** Returns the settings that say so; empty if nothing is said. */
    List<Setting.Value> settings() {
        List<Setting.Value> settings = new ArrayList<>();
        if (eachFile) {
            settings.add(Setting.FILE_IS_SEQUENCE.named());
        } else if (length > 0) {
            settings.add(Setting.SEQUENCE_LENGTH.of(length));
        }
        if (documents != null) {
            settings.add(Setting.SEQUENCE_COLUMN.of(documents));
        }
        return settings;
    }
}
