package io.github.sae4j.data.internal.numpy;

import io.github.sae4j.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The beginning of an npy file, up to its numbers.
 *
 * @param name the file's name, for sentences
 * @param header what the header says
 * @param bytes how many bytes come before the numbers
 */
record NpyStart(String name, NpyHeader header, long bytes) {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int VERSION_AT = 6;
    private static final int LENGTH_AT = 8;
    private static final int MAX_HEADER_BYTES = 1 << 16;

    /**
     * Reads up to the first number.
     *
     * @param name the file's name, for sentences
     * @param in is read from its beginning
     * @param size how many bytes the file has, or {@link Long#MAX_VALUE} if that is not known
     * @throws DataException if it is not such a file
     */
    static NpyStart read(String name, InputStream in, long size) throws IOException {
        byte[] magic = in.readNBytes(LENGTH_AT);
        if (magic.length < LENGTH_AT || !Arrays.equals(MAGIC, Arrays.copyOf(magic, MAGIC.length))) {
            throw new DataException(name + ": this is not an npy file; it does not begin with \\x93NUMPY.");
        }
        int major = magic[VERSION_AT];
        if (major < 1 || major > 3) {
            throw new DataException(name + ": this npy file has version " + major + ", but 1, 2 and 3 are known.");
        }
        int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
        byte[] field = in.readNBytes(lengthBytes);
        if (field.length < lengthBytes) {
            throw endsWithin(name);
        }
        ByteBuffer number = ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN);
        long length = major == 1 ? number.getShort() & 0xffffL : number.getInt() & 0xffff_ffffL;
        long bytes = LENGTH_AT + lengthBytes + length;
        if (length > MAX_HEADER_BYTES || bytes > size) {
            throw new DataException(name + ": its npy header says that it is " + length + " bytes long, but "
                    + (bytes > size ? "the file has " + size : "none is longer than " + MAX_HEADER_BYTES) + ".");
        }
        byte[] text = in.readNBytes((int) length);
        if (text.length < length) {
            throw endsWithin(name);
        }
        try {
            return new NpyStart(name, NpyHeader.parse(new String(text, StandardCharsets.UTF_8)), bytes);
        } catch (IllegalArgumentException e) {
            throw new DataException(name + ": " + e.getMessage(), e);
        }
    }

    private static DataException endsWithin(String name) {
        return new DataException(name + ": the npy file ends within its header.");
    }

    /**
     * Returns how many bytes of activations follow.
     *
     * @throws DataException if the array cannot be activations
     */
    long activationBytes() {
        try {
            return header.activationBytes();
        } catch (IllegalArgumentException e) {
            throw new DataException(name + ": " + e.getMessage(), e);
        }
    }
}
