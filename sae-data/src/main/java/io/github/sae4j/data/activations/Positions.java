package io.github.sae4j.data.activations;

import org.jspecify.annotations.Nullable;

/** The place of each token of a file in its sequence, asked for from the first token to the last. */
final class Positions {

    private static final int PIECE = 1 << 16;

    private final long sequence;
    private final @Nullable TokenIds documents;
    private long next;
    private long document;
    private long position = -1;

    private Positions(long sequence, @Nullable TokenIds documents) {
        this.sequence = sequence;
        this.documents = documents;
    }

    /** Returns those of sequences of one length. */
    static Positions ofLength(long sequence) {
        return new Positions(sequence, null);
    }

    /** Returns those of tokens that are of one sequence as long as the same number stands beside them. */
    static Positions ofDocuments(TokenIds documents) {
        return new Positions(0, documents);
    }

    /** Returns the places of some tokens, from 0; none of them may come before the last that were asked for. */
    long[] of(long first, int count) {
        if (documents == null) {
            long[] positions = new long[count];
            for (int i = 0; i < count; i++) {
                positions[i] = (first + i) % sequence;
            }
            return positions;
        }
        while (next < first) {
            read(documents, (int) Math.min(PIECE, first - next));
        }
        return read(documents, count);
    }

    private long[] read(TokenIds ofTokens, int count) {
        long[] positions = ofTokens.read(next, count);
        for (int i = 0; i < count; i++) {
            position = position >= 0 && positions[i] == document ? position + 1 : 0;
            document = positions[i];
            positions[i] = position;
        }
        next += count;
        return positions;
    }
}
