package io.github.sae4j.tensors.internal.npy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The bytes of an npy file, put together by hand. */
public final class NpyImage {

    private NpyImage() {}

    /** Returns a file of version 1 with a header's text and zeros behind it. */
    static byte[] of(String header, int dataBytes) {
        return of(header, new byte[dataBytes]);
    }

    /** Returns a file of version 1. */
    public static byte[] of(String descr, boolean fortranOrder, String shape, byte[] elements) {
        return of(header(descr, fortranOrder, shape), elements);
    }

    private static byte[] of(String header, byte[] elements) {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(10 + text.length + elements.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(start(1))
                .putShort((short) text.length)
                .put(text)
                .put(elements)
                .array();
    }

    /** Returns the magic and a version. */
    static byte[] start(int major) {
        return new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) major, 0};
    }

    /** Returns a header's text. */
    static String header(String descr, boolean fortranOrder, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + (fortranOrder ? "True" : "False") + ", 'shape': "
                + shape + ", }\n";
    }
}
