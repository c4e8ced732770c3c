package io.github.sae4j.data.activations;

import io.github.sae4j.data.TokenRange;
import java.util.List;

/** How many tokens are skipped by their places and ids, which is known before any activation is read. */
final class SkippedCount {

    private static final int PIECE = 1 << 16;

    private final Skipping skipping;
    private final TokenRange range;
    private long begin;
    private long count;

    SkippedCount(Skipping skipping, TokenRange range) {
        this.skipping = skipping;
        this.range = range;
    }

    /** Counts in files that follow one another and have sequences of one length, without reading anything. */
    long ofLayouts(List<Layout> parts) {
        for (Layout part : parts) {
            count += firstBefore(part, to(part)) - firstBefore(part, from(part));
            begin += part.tokens();
        }
        return count;
    }

    private long firstBefore(Layout part, long token) {
        long sequence = Math.max(1, part.sequence());
        return token / sequence * Math.min(skipping.first(), sequence) + Math.min(token % sequence, skipping.first());
    }

    /** Counts in the next file. */
    void add(ActivationFile file) {
        Layout part = file.layout();
        Positions positions = file.positions();
        TokenIds ids = skipping.tokenIds().isEmpty() ? null : file.tokenIds();
        long to = to(part);
        for (long at = from(part); at < to; at += PIECE) {
            int tokens = (int) Math.min(PIECE, to - at);
            long[] places = skipping.first() == 0 ? new long[tokens] : positions.of(at, tokens);
            long[] tokenIds = ids == null ? null : ids.read(at, tokens);
            for (int i = 0; i < tokens; i++) {
                count += skipping.skips(places[i], tokenIds == null ? null : tokenIds[i]) ? 1 : 0;
            }
        }
        begin += part.tokens();
    }

    /** Returns what was counted. */
    long count() {
        return count;
    }

    private long from(Layout part) {
        return Math.min(part.tokens(), Math.max(0, range.from() - begin));
    }

    private long to(Layout part) {
        return Math.max(from(part), Math.min(part.tokens(), range.to() - begin));
    }
}
