package io.github.sae4j.core;

import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Tokens;

/** Runs calls on tokens in Java's memory a part at a time. */
final class RowCalls {

    private final KernelCalls calls;
    private final boolean allowNonFinite;
    private final int tokensAtOnce;

    RowCalls(KernelCalls calls, SaeProperties properties) {
        this.calls = calls;
        this.allowNonFinite = properties.allowNonFinite();
        this.tokensAtOnce =
                Math.max(1, Tokens.VALUES_AT_ONCE / properties.config().dIn());
    }

    /** Returns how the features of so many tokens are arranged: on one axis. */
    static ActivationShape shape(int tokens) {
        return new ActivationShape(new long[] {tokens}, tokens, 0);
    }

    /** Encodes tokens. */
    SparseFeatures encode(TokenRows rows) {
        requireFinite(rows);
        return inParts(rows, (from, to) -> calls.encode(rows, from, to, shape(to - from)));
    }

    /** Encodes and decodes tokens. */
    ForwardPass forward(TokenRows rows) {
        requireFinite(rows);
        float[][] reconstruction = new float[rows.tokens()][];
        SaeKernel.Target all = calls.into(reconstruction);
        SparseFeatures features = inParts(
                rows,
                (from, to) -> calls.forward(
                        rows,
                        from,
                        to,
                        shape(to - from),
                        (begin, end, decoded) -> all.take(from + begin, from + end, decoded)));
        return ForwardPass.of(features, reconstruction);
    }

    /** Returns the features of some tokens. */
    @FunctionalInterface
    private interface Part {

        SparseFeatures of(int from, int to);
    }

    private SparseFeatures inParts(TokenRows rows, Part part) {
        int first = Math.min(tokensAtOnce, rows.tokens());
        SparseFeatures features = part.of(0, first);
        for (int from = first; from < rows.tokens(); from += tokensAtOnce) {
            features = features.followedBy(part.of(from, Math.min(from + tokensAtOnce, rows.tokens())));
        }
        return features;
    }

    /** What encodes a part counts rows from the part's first. */
    private void requireFinite(TokenRows rows) {
        if (rows.tokens() > tokensAtOnce && !allowNonFinite) {
            rows.requireFinite();
        }
    }
}
