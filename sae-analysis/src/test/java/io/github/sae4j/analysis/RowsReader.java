package io.github.sae4j.analysis;

import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.activations.TokenPlace;
import java.util.Random;

/** Tokens of an array, every third of them skipped. */
final class RowsReader implements ActivationReader {

    private final float[][] rows;
    private final Layout layout;
    private int next;

    private RowsReader(float[][] rows, Layout layout) {
        this.rows = rows;
        this.layout = layout;
    }

    /** Returns a reader of tokens of which it is not told where sequences begin. */
    static RowsReader of(float[][] rows) {
        return new RowsReader(rows, Layout.of(rows.length));
    }

    /** Returns a reader of tokens that are arranged in some way. */
    static RowsReader of(float[][] rows, Layout layout) {
        return new RowsReader(rows, layout);
    }

    /** Returns tokens of Gaussian numbers, the same every time. */
    static float[][] gaussian(int tokens, int dIn) {
        Random random = new Random(1);
        float[][] rows = new float[tokens][dIn];
        for (float[] row : rows) {
            for (int i = 0; i < dIn; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    @Override
    public int dIn() {
        return rows[0].length;
    }

    @Override
    public Layout layout() {
        return layout;
    }

    @Override
    public String sourceName() {
        return "rows";
    }

    @Override
    public void next(TokenBatch batch, long most) {
        batch.clear();
        int count = (int) Math.min(Math.min(batch.room().length, most), rows.length - next);
        for (int token = 0; token < count; token++, next++) {
            System.arraycopy(rows[next], 0, batch.room()[token], 0, dIn());
            if (next % 3 == 0) {
                batch.skip(token);
            }
        }
        batch.filled(count);
    }

    @Override
    public void skip(long tokens) {
        next += (int) tokens;
    }

    @Override
    public TokenPlace place(long token) {
        return TokenPlace.of("rows", token);
    }

    @Override
    public void close() {
        next = rows.length;
    }
}
