package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

/**
 * How large a part of the encoder is taken at a time, chosen by measurement.
 *
 * <p>A few tokens are bound by memory: they are multiplied with rows as they stream by, and the wider the strips, the fewer
 * the pages that a row of them begins in, while their sums still fit the second cache. Many tokens are bound by
 * multiply-adds: a group of a panel and a tile of tokens fit the first cache, and a panel with its sums the second. An
 * encoder that lies transposed is read along {@code d_in}, so its panels are narrow and as deep as the second cache holds.
 *
 * @param features how many features, whole groups
 * @param depth how many rows of {@code W_enc}
 */
record BlockShape(int features, int depth) {

    /** Sums of a strip, 128 KiB. */
    private static final int STRIP_SUMS = 1 << 15;

    /** Rows that stay in the second cache while one tile of tokens after the other takes them. */
    private static final int STRIP_ROWS = 16;

    private static final BlockShape PANEL = new BlockShape(128, 256);
    private static final BlockShape TRANSPOSED_PANEL = new BlockShape(GROUP, (1 << 17) / GROUP);

    /**
     * Returns a shape for some tokens and an encoder.
     *
     * @param threads how many threads share the features
     */
    static BlockShape of(int tokens, Panels panels, int threads, int dSae) {
        if (panels.streams(tokens)) {
            // What streams is bound by memory, which all threads share anyway.
            return cut(STRIP_SUMS / tokens, STRIP_ROWS, dSae / threads);
        }
        BlockShape best = panels.isTransposed() ? TRANSPOSED_PANEL : PANEL;
        // Small enough shares that a thread that is held up leaves some to others.
        return cut(best.features(), best.depth(), dSae / (2 * threads));
    }

    private static BlockShape cut(int features, int depth, int share) {
        return new BlockShape(Math.max(GROUP, Math.min(features, share) / GROUP * GROUP), depth);
    }
}
