package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.TokenRange;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * How the tokens of a file are arranged: the axes before those of an activation, and whether its heads or the layers of a set
 * have one.
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * Layout layout = Layout.of(8, 1024);
 * long tokens = layout.tokens();                                    // 8192
 * long[] shape = layout.featureShape(3072);                         // [8, 1024, 3072]
 * Layout half = layout.slice(new TokenRange(0, 4096));              // 4 sequences of 1024
 * }</pre>
 *
 * @since 0.1
 */
public final class Layout {

    /** The most tokens that a file may claim: their offsets take 8 bytes each in a file of features. */
    private static final long MAX_TOKENS = Long.MAX_VALUE / Long.BYTES - 1;

    private final long[] leading;
    private final long tokens;
    private final int heads;
    private final int layers;

    private Layout(long[] leading, long tokens, int heads) {
        this(leading, tokens, heads, 0);
    }

    private Layout(long[] leading, long tokens, int heads, int layers) {
        this.leading = leading;
        this.tokens = tokens;
        this.heads = heads;
        this.layers = layers;
    }

    /**
     * Returns the layout of tokens of which it is not told where sequences begin.
     *
     * @throws IllegalArgumentException if that are fewer than none
     */
    public static Layout of(long tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException("There are at least 0 tokens, not " + tokens + ".");
        }
        return new Layout(new long[] {tokens}, tokens, 0);
    }

    /**
     * Returns the layout of sequences of one length.
     *
     * @throws IllegalArgumentException if either is negative, or the tokens are too many to count
     */
    public static Layout of(long sequences, long tokensOfEach) {
        if (sequences < 0 || tokensOfEach < 0) {
            throw new IllegalArgumentException(
                    "There are at least 0 sequences of 0 tokens, not " + sequences + " of " + tokensOfEach + ".");
        }
        try {
            return new Layout(new long[] {sequences, tokensOfEach}, Math.multiplyExact(sequences, tokensOfEach), 0);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    sequences + " sequences of " + tokensOfEach + " tokens are too many.", e);
        }
    }

    /**
     * Returns the layout with these leading axes.
     *
     * @param file the file's name, for the message
     * @param leading the axes before an activation's own
     * @param heads the number of heads, or 0
     * @throws IllegalArgumentException if an axis or the number of heads is negative
     * @throws DataException if the tokens are too many to count
     */
    public static Layout of(String file, long[] leading, int heads) {
        Objects.requireNonNull(file, "file");
        if (heads < 0
                || Arrays.stream(Objects.requireNonNull(leading, "leading")).anyMatch(axis -> axis < 0)) {
            throw new IllegalArgumentException(
                    "No axis can be negative, but there are " + Arrays.toString(leading) + " and " + heads + " heads.");
        }
        long tokens = 1;
        try {
            for (long size : leading) {
                tokens = Math.multiplyExact(tokens, size);
            }
        } catch (ArithmeticException e) {
            tokens = Long.MAX_VALUE;
        }
        if (tokens > MAX_TOKENS) {
            throw new DataException(
                    Reason.UNSUPPORTED, file + ": the shape " + Arrays.toString(leading) + " has too many tokens.");
        }
        return new Layout(leading.clone(), tokens, heads);
    }

    static Layout ofActivations(String file, List<Long> shape, int axes) {
        long[] leading = shape.stream()
                .limit(shape.size() - axes)
                .mapToLong(Long::longValue)
                .toArray();
        return of(file, leading, axes == 2 ? Math.toIntExact(shape.get(shape.size() - 2)) : 0);
    }

    /**
     * Returns the layout of files that follow one another: their sequences, where all are of one length, otherwise their
     * tokens.
     *
     * @param input the name of all, for the message
     * @param parts their layouts, with the same number of heads
     * @throws DataException if the tokens are too many to count
     */
    static Layout following(String input, List<Layout> parts) {
        Layout first = parts.get(0);
        if (parts.size() == 1) {
            return first;
        }
        long tokens = 0;
        boolean alike = true;
        for (Layout part : parts) {
            tokens = part.tokens > MAX_TOKENS - tokens ? Long.MAX_VALUE : tokens + part.tokens;
            alike &= part.leading.length > 1 && part.sequence() == first.sequence();
        }
        long sequence = first.sequence();
        boolean inSequences = alike && sequence > 0 && tokens != Long.MAX_VALUE;
        return of(input, inSequences ? new long[] {tokens / sequence, sequence} : new long[] {tokens}, first.heads);
    }

    /** Returns the number of tokens, the product of the leading axes; where one of them is of layers, a token in each counts. */
    public long tokens() {
        return tokens;
    }

    /** Returns the number of tokens in a sequence: the last axis before those of an activation, or all if it has none. */
    public long sequence() {
        return leading.length == 0 ? 1 : leading[leading.length - 1];
    }

    /**
     * Returns the layout of a stretch of the tokens: their sequences if it has whole ones only, otherwise its tokens.
     *
     * @param range the stretch; what lies beyond the tokens is not in it
     */
    public Layout slice(TokenRange range) {
        if (range.isAll()) {
            return this;
        }
        long from = Math.min(tokens, range.from());
        long to = Math.max(from, Math.min(tokens, range.to()));
        boolean whole = hasSequences() && sequence() > 0 && from % sequence() == 0 && to % sequence() == 0;
        return new Layout(
                whole ? new long[] {(to - from) / sequence(), sequence()} : new long[] {to - from},
                to - from,
                heads,
                whole ? layers : 0);
    }

    /**
     * Returns the layout of the same tokens in several layers, which have an axis of their own behind the others: {@link #tokens}
     * counts each token once for each layer then.
     *
     * @param count how many layers, at least 1
     * @throws IllegalArgumentException if there is none, or the tokens are too many to count
     */
    public Layout withLayers(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("A set has at least one layer, not " + count + ".");
        }
        try {
            return new Layout(append(leading, count), Math.multiplyExact(tokens, count), heads, count);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(tokens + " tokens in " + count + " layers are too many.", e);
        }
    }

    /** Returns how many layers each token has rows for, the last axis; 0 if they have no axis of their own. */
    public int layers() {
        return layers;
    }

    /** Returns the layout without its last axis, of which there is one; an element of that axis is of one token. */
    public Layout withoutLast() {
        long[] fewer = Arrays.copyOf(leading, leading.length - 1);
        return new Layout(fewer, sequence() == 0 ? 0 : tokens / sequence(), heads);
    }

    /** Returns whether an array with a number for each token may have this shape. */
    boolean isOf(List<Long> shape) {
        long[] sizes = shape.stream().mapToLong(Long::longValue).toArray();
        return Arrays.equals(leading, sizes) || Arrays.equals(new long[] {tokens}, sizes);
    }

    /** Returns whether the tokens have an axis of sequences, all of one length. */
    public boolean hasSequences() {
        return leading.length > 1;
    }

    /** Returns the number of attention heads if they have an axis of their own, otherwise 0. */
    public int heads() {
        return heads;
    }

    /** Returns {@code [..., d_sae]}. */
    public long[] featureShape(int dSae) {
        return append(leading, dSae);
    }

    /** Returns {@code [..., d_out]}, or {@code [..., heads, d_out / heads]} for heads that have an axis of their own. */
    public long[] activationShape(int dOut) {
        return heads == 0 ? append(leading, dOut) : append(leading, heads, dOut / heads);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout that
                && Arrays.equals(leading, that.leading)
                && heads == that.heads
                && layers == that.layers;
    }

    @Override
    public int hashCode() {
        return (Arrays.hashCode(leading) * 31 + heads) * 31 + layers;
    }

    private static long[] append(long[] axes, long... last) {
        long[] all = Arrays.copyOf(axes, axes.length + last.length);
        System.arraycopy(last, 0, all, axes.length, last.length);
        return all;
    }
}
