package io.github.sae4j.cli.internal;

import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Arrays;

/** Activations {@code [..., tokens, layers, d]} of a set of layers, some tokens at a time. */
final class LayeredTokens implements AutoCloseable {

    private final Activations activations;
    private final TokenBatch batch;
    private final int layers;

    private LayeredTokens(Activations activations, TokenBatch batch, int layers) {
        this.activations = activations;
        this.batch = batch;
        this.layers = layers;
    }

    /**
     * Takes a file.
     *
     * @param activations is closed with this
     * @param batchTokens how many tokens are in memory at a time
     * @throws CommandException if it has no axis with as many layers as the set
     */
    static LayeredTokens of(Activations activations, OpenSet set, int batchTokens) {
        int layers = set.set().layers();
        set.requireLayers(
                activations.sourceName(), activations.layout(), set.set().d(), "d_in");
        long rows = Math.min((long) batchTokens * layers, activations.layout().tokens());
        if (rows > Integer.MAX_VALUE / 2) {
            throw new CommandException("--batch-tokens " + batchTokens + " is too many for " + layers + " layers.");
        }
        return new LayeredTokens(
                activations, TokenBatch.withCapacity((int) rows, set.set().d()), layers);
    }

    /** Returns how the rows are arranged, each of one token in one layer. */
    Layout layout() {
        return activations.layout();
    }

    /** Returns the number of tokens. */
    long tokens() {
        return activations.layout().tokens() / layers;
    }

    Activations activations() {
        return activations;
    }

    /** Returns the next tokens, {@code [tokens][layers][d]}, valid until the next call; none at the end. */
    float[][][] next() {
        activations.next(batch, Long.MAX_VALUE);
        float[][] rows = batch.rows();
        float[][][] tokens = new float[rows.length / layers][][];
        for (int token = 0; token < tokens.length; token++) {
            tokens[token] = Arrays.copyOfRange(rows, token * layers, (token + 1) * layers);
        }
        return tokens;
    }

    /** Returns the rows of the tokens that were read last. */
    TokenBatch rows() {
        return batch;
    }

    @Override
    public void close() {
        activations.close();
    }
}
