package io.github.sae4j.data.internal.numpy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** What an npy file of version 1 has before its numbers, padded as NumPy pads it. */
public final class NpyPrefix {

    private static final int FIXED_BYTES = 10;
    private static final int ALIGNMENT = 64;

    private NpyPrefix() {}

    /**
     * Returns the bytes.
     *
     * @param descr the array's type as NumPy writes it
     * @param shape its shape as Python writes it
     */
    public static byte[] of(String descr, String shape) {
        String text = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int size = (FIXED_BYTES + text.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        String padded = text + " ".repeat(size - FIXED_BYTES - text.length() - 1) + "\n";
        byte[] prefix = new byte[size];
        ByteBuffer.wrap(prefix)
                .put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0)
                .put((byte) padded.length())
                .put((byte) (padded.length() >> Byte.SIZE))
                .put(padded.getBytes(StandardCharsets.US_ASCII));
        return prefix;
    }

    /** Returns a shape as Python writes it. */
    public static String tuple(long... shape) {
        String sizes = Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "));
        return "(" + sizes + (shape.length == 1 ? ",)" : ")");
    }
}
