package io.github.sae4j.tensors;

import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.npy.NpyDescription;
import io.github.sae4j.tensors.internal.npy.NpyHeaderText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the beginning of an npy file says, of versions 1 to 3; the elements follow it.
 *
 * <p>A file is opened by {@link TensorFile#open}; this is for arrays that come as a stream:
 *
 * <pre>{@code
 * InputStream in = new BufferedInputStream(System.in);
 * NpyHeader header = NpyHeader.read("standard input", in);
 * // The next header.elements() * header.type().orElseThrow().bytes() bytes of in are the elements, in header.order().
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class NpyHeader {

    private final NpyDescription array;
    private final int bytes;

    private NpyHeader(NpyDescription array, int bytes) {
        this.array = array;
        this.bytes = bytes;
    }

    /**
     * Reads a header and no byte behind it.
     *
     * @param name how the file is called in sentences
     * @param in is read from where it stands, and not closed
     * @throws TensorFileException if no npy header comes ({@link TensorFileException.Reason#WRONG_FORMAT}), or one that is
     *     broken, cut short or of an unknown version
     * @throws IOException if the stream cannot be read
     */
    public static NpyHeader read(String name, InputStream in) throws IOException {
        ErrorContext context = new ErrorContext(Objects.requireNonNull(name, "name"));
        Objects.requireNonNull(in, "in");
        byte[] preamble = in.readNBytes(NpyHeaderText.LEAST_BYTES);
        int preambleBytes = NpyHeaderText.preambleBytes(context, preamble);
        preamble = append(preamble, in, preambleBytes);
        int bytes = NpyHeaderText.bytes(context, preamble, Long.MAX_VALUE);
        byte[] header = append(preamble, in, bytes);
        return new NpyHeader(NpyHeaderText.read(context, header, bytes), bytes);
    }

    private static byte[] append(byte[] start, InputStream in, int bytes) throws IOException {
        byte[] rest = in.readNBytes(bytes - start.length);
        byte[] all = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, all, start.length, rest.length);
        return all;
    }

    /**
     * Returns the type of the elements as NumPy spells it, for example {@code <f4}; a list of fields is kept as text.
     */
    public String descr() {
        return array.descr();
    }

    /** Returns whether the first index runs fastest. */
    public boolean fortranOrder() {
        return array.fortranOrder();
    }

    /** Returns the sizes of the axes; empty for a single number. */
    public List<Long> shape() {
        return array.shape();
    }

    /** Returns how many bytes the header takes. */
    public int bytes() {
        return bytes;
    }

    /** Returns the type of the elements, or empty if they are no numbers or of a kind that is not read. */
    public Optional<ElementType> type() {
        return array.type();
    }

    /** Returns the order of the bytes of an element. */
    public ByteOrder order() {
        return array.order();
    }

    /** Returns whether the elements lie row by row, as those of an array of at most one axis of several elements always do. */
    public boolean isRowMajor() {
        List<Long> shape = shape();
        return !fortranOrder()
                || shape.contains(0L)
                || shape.stream().filter(size -> size > 1).count() <= 1;
    }

    /**
     * Returns the number of elements: the product of the shape, 1 for a single number.
     *
     * @throws ArithmeticException if it exceeds a {@code long}
     */
    public long elements() {
        long elements = shape().contains(0L) ? 0 : 1;
        for (long size : shape()) {
            elements = Math.multiplyExact(elements, size);
        }
        return elements;
    }
}
