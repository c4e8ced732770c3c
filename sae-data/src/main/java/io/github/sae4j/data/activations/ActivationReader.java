package io.github.sae4j.data.activations;

import io.github.sae4j.data.Setting;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Activations of a model, one token after another as float32.
 *
 * <p>{@link Activations} reads files; other sources, a database or a running model, implement this to be encoded, evaluated
 * and surveyed like them. Whoever opens a reader closes it. Not for use by several threads at once.
 *
 * <pre>{@code
 * try (ActivationReader reader = Activations.from(Path.of("x.parquet")).tensor("resid").openFor(sae)) {
 *     for (TokenBatch batch : reader.batches(1024)) {
 *         SparseFeatures features = sae.encode(batch.keptRows());   // not of tokens that are left out
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface ActivationReader extends AutoCloseable {

    /** Returns the width of an activation. */
    int dIn();

    /** Returns how the tokens that are read are arranged. */
    Layout layout();

    /** Returns how to name the source in a result, for example a file's name. */
    String sourceName();

    /**
     * Reads the next tokens.
     *
     * @param batch is emptied, and filled with as many tokens as it has room for and are asked for: fewer at the end, none
     *     after it
     * @param most how many are asked for
     * @throws io.github.sae4j.data.DataException if they cannot be read, or hold NaN or infinity that is not allowed
     */
    void next(TokenBatch batch, long most);

    /**
     * Passes over tokens without reading them.
     *
     * @param tokens how many, at most those that are left
     */
    void skip(long tokens);

    /**
     * Returns where a token is.
     *
     * @param token its number among those that are read, from 0
     */
    TokenPlace place(long token);

    /** Returns how all tokens of the source are arranged, where those that are read are a range of them. */
    default Layout whole() {
        return layout();
    }

    /**
     * Returns the number of a token among all of the source.
     *
     * @param token its number among those that are read, from 0
     */
    default long number(long token) {
        return token;
    }

    /** Returns whether the tokens' ids are read with them. */
    default boolean hasIds() {
        return false;
    }

    /** Returns how many of the tokens that are read are skipped: they have rows, but are not encoded. */
    default long skippedTokens() {
        return 0;
    }

    /** Returns the settings that say which numbers of the source are read; empty if that is plain. */
    default List<Setting.Value> selected() {
        return List.of();
    }

    /** Returns the settings by which tokens are left out; empty if none are. */
    default List<Setting.Value> leftOut() {
        return List.of();
    }

    /** Returns how many of the {@linkplain #whole whole} source's tokens are left out: not read, or skipped. */
    default long leftOutTokens() {
        return whole().tokens() - layout().tokens() + skippedTokens();
    }

    /**
     * Returns the tokens that follow in batches, to be gone through once. One batch is filled again and again, so it is valid
     * until the next is asked for.
     *
     * @param tokens how many each has at most, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    default Iterable<TokenBatch> batches(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException("A batch must have 1 token at least, but was asked for " + tokens + ".");
        }
        TokenBatch batch = TokenBatch.withCapacity((int) Math.max(1, Math.min(tokens, layout().tokens())), dIn());
        return () -> new Iterator<>() {
            private boolean read;

            @Override
            public boolean hasNext() {
                if (!read) {
                    ActivationReader.this.next(batch, tokens);
                    read = true;
                }
                return batch.count() > 0;
            }

            @Override
            public TokenBatch next() {
                if (!hasNext()) {
                    throw new NoSuchElementException("There are no more tokens.");
                }
                read = false;
                return batch;
            }
        };
    }

    @Override
    void close();
}
