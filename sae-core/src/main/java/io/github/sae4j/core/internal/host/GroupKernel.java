package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.Kernel;

/** Keeps of each group of neighbouring features the strongest of those that another kernel finds. */
final class GroupKernel implements HostKernel {

    /** Features before the choice, which may be half of all. */
    private static final int FOUND_AT_ONCE = 1 << 22;

    private final HostKernel kernel;
    private final SelectionRule rule;
    private final int groupSize;
    private final Pool<FoundRows> pool = new Pool<>(FoundRows::new);

    /**
     * Creates a kernel.
     *
     * @param groupSize how many neighbouring features are a group
     */
    GroupKernel(HostKernel kernel, SelectionRule rule, int groupSize) {
        this.kernel = kernel;
        this.rule = rule;
        this.groupSize = groupSize;
    }

    @Override
    public Kernel kind() {
        return kernel.kind();
    }

    @Override
    public int tokensAtOnce() {
        return Math.max(1, Math.min(kernel.tokensAtOnce(), FOUND_AT_ONCE / rule.dSae()));
    }

    @Override
    public void encode(float[] x, int tokens, FoundRows found) {
        FoundRows all = pool.take();
        all.clear();
        kernel.encode(x, tokens, all);
        int[] counts = new int[tokens];
        for (int token = 0; token < tokens; token++) {
            for (int at = all.offset(token); at < all.offset(token + 1); at = groupEnd(all, token, at)) {
                counts[token]++;
            }
        }
        found.extend(counts, tokens);
        for (int token = 0; token < tokens; token++) {
            int at = all.offset(token);
            while (at < all.offset(token + 1)) {
                int end = groupEnd(all, token, at);
                int strongest = strongest(all, at, end);
                found.add(token, tokens, all.index(strongest), all.value(strongest));
                at = end;
            }
        }
        all.clear();
        pool.giveBack(all);
    }

    /** Returns where the features end that are in the group of the one at a position. */
    private int groupEnd(FoundRows all, int token, int begin) {
        int group = all.index(begin) / groupSize;
        int end = begin + 1;
        while (end < all.offset(token + 1) && all.index(end) / groupSize == group) {
            end++;
        }
        return end;
    }

    private int strongest(FoundRows all, int begin, int end) {
        int best = begin;
        for (int at = begin + 1; at < end; at++) {
            if (strength(all, at) > strength(all, best)) {
                best = at;
            }
        }
        return best;
    }

    private float strength(FoundRows all, int at) {
        return rule.strength(all.index(at), all.value(at));
    }

    @Override
    public void decode(Rows rows, float[] scaled, int from, int to, float[] sums) {
        kernel.decode(rows, scaled, from, to, sums);
    }
}
