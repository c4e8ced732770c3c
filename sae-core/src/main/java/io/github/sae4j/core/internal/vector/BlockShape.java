package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

import io.github.sae4j.core.internal.host.CacheShare;

/**
 * How large a part of the encoder is taken at a time.
 *
 * <p>A few tokens are bound by memory: they are multiplied with rows as they stream by, and the wider the strips, the fewer
 * the pages that a row of them begins in, while their sums still fit the second cache. For some more, bringing the weights in
 * costs as much as multiplying: a panel is wide, so that rows are read in long pieces, and takes half of the second cache.
 * Many tokens are bound by multiply-adds: a panel is deep, so that sums are seldom loaded and stored, and takes a quarter of
 * that cache beside them and the tokens. An encoder that lies transposed is read along {@code d_in}, so its panels are narrow
 * and as deep as the second cache holds.
 *
 * @param features how many features, whole groups
 * @param depth how many rows of {@code W_enc}
 */
record BlockShape(int features, int depth) {

    /** Sums of a strip, 128 KiB. */
    private static final int STRIP_SUMS = 1 << 15;

    /** Rows that stay in the second cache while one tile of tokens after the other takes them; so many that none is left over. */
    private static final int STRIP_ROWS = 12;

    /** Tokens up to which a flat panel is faster. */
    private static final int FEW = 64;

    private static final int FLAT_DEPTH = 64;
    private static final int DEEP_DEPTH = 256;

    /** What most processors have at least, for systems that do not tell. */
    private static final long USUAL_SECOND_CACHE = 1 << 20;

    private static final BlockShape FLAT = flat(CacheShare.here());
    private static final BlockShape DEEP = deep(CacheShare.here());
    private static final BlockShape TRANSPOSED = new BlockShape(GROUP, (1 << 17) / GROUP);

    /** Returns the panel for few tokens; its rows are as long as a page at most. */
    static BlockShape flat(CacheShare caches) {
        return panel(caches.second().orElse(USUAL_SECOND_CACHE) / 2, FLAT_DEPTH, 512, 2048);
    }

    /** Returns the panel for many tokens. */
    static BlockShape deep(CacheShare caches) {
        return panel(caches.second().orElse(USUAL_SECOND_CACHE) / 4, DEEP_DEPTH, 128, 512);
    }

    private static BlockShape panel(long bytes, int depth, int narrowest, int widest) {
        long features = bytes / Float.BYTES / depth / narrowest * narrowest;
        return new BlockShape((int) Math.max(narrowest, Math.min(features, widest)), depth);
    }

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
        BlockShape best = panels.isTransposed() ? TRANSPOSED : tokens <= FEW ? FLAT : DEEP;
        // Small enough shares that a thread that is held up leaves some to others.
        return cut(best.features(), best.depth(), dSae / (2 * threads));
    }

    private static BlockShape cut(int features, int depth, int share) {
        return new BlockShape(Math.max(GROUP, Math.min(features, share) / GROUP * GROUP), depth);
    }
}
