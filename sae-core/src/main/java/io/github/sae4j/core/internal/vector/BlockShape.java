package io.github.sae4j.core.internal.vector;

import static io.github.sae4j.core.internal.vector.Memory.GROUP;

/**
 * How large a part of the encoder is taken at a time, chosen by measurement for each number of tokens.
 *
 * <p>One token is bound by memory, and the wider the strips, the fewer the pages that a row of them begins in. Few tokens
 * still are, and have small sums, so panels are wide and flat. Many tokens are bound by multiply-adds: a group of a panel
 * and a tile of tokens fit the first cache, and a panel with its sums the second.
 *
 * @param features how many features, whole groups
 * @param depth how many rows of {@code W_enc}
 */
record BlockShape(int features, int depth) {

    static BlockShape of(int tokens, int threads, int dSae) {
        BlockShape best;
        if (tokens == 1) {
            best = new BlockShape(Integer.getInteger("f1", 12288), 1 << 20);
        } else if (tokens <= Integer.getInteger("st", 4)) {
            best = new BlockShape(Integer.getInteger("f4", 4096), Integer.getInteger("d4", 32));
        } else {
            best = new BlockShape(Integer.getInteger("f3", 256), Integer.getInteger("d3", 256));
        }
        int share = (dSae + 2 * threads - 1) / (2 * threads);
        int whole = Math.max(GROUP, Math.min(best.features(), share) / GROUP * GROUP);
        return new BlockShape(whole, best.depth());
    }
}
