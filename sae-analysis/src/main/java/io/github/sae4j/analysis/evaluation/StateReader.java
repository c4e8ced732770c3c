package io.github.sae4j.analysis.evaluation;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** Reads what {@link StateWriter} wrote, and refuses all else with a sentence. */
final class StateReader {

    private final byte[] bytes;
    private final String what;
    private int next;

    /**
     * Reads the letters and the version.
     *
     * @param what the bytes are of, for the sentences
     */
    StateReader(byte[] bytes, String letters, int version, String what) {
        this.bytes = Objects.requireNonNull(bytes, "bytes");
        this.what = what;
        requireRoom(letters.length());
        next = letters.length();
        if (!new String(bytes, 0, next, StandardCharsets.ISO_8859_1).equals(letters)) {
            throw new IllegalArgumentException(
                    "These bytes are no " + what + ": they do not begin with " + letters + ".");
        }
        int found = getByte();
        if (found != version) {
            throw new IllegalArgumentException("These " + what + " are in version " + found
                    + " of their form, but this library reads version " + version + ".");
        }
    }

    private void requireRoom(long count) {
        if (count > bytes.length - next) {
            throw new IllegalArgumentException(
                    "The bytes of these " + what + " end too early: there are " + bytes.length + ".");
        }
    }

    int getByte() {
        requireRoom(1);
        return Byte.toUnsignedInt(bytes[next++]);
    }

    long getCount() {
        long count = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            int part = getByte();
            count |= (long) (part & 0x7f) << shift;
            if (part < 0x80) {
                return count;
            }
        }
        throw impossible("a count has more than 63 bits");
    }

    /** Returns how many things follow that take a byte each at least, so that no more room is made than the bytes account for. */
    int getSize() {
        long size = getCount();
        requireRoom(size);
        return (int) size;
    }

    /** Returns a whole number of at most so many bytes. */
    BigInteger getInteger(int mostBytes) {
        int length = getSize();
        if (length == 0) {
            return BigInteger.ZERO;
        }
        long zeros = getCount();
        if (zeros > mostBytes - length) {
            throw impossible("a sum has more than " + mostBytes + " bytes");
        }
        requireRoom(length);
        byte[] highestFirst = new byte[length];
        for (int at = length - 1; at >= 0; at--) {
            highestFirst[at] = bytes[next++];
        }
        return new BigInteger(highestFirst).shiftLeft((int) zeros * Byte.SIZE);
    }

    void requireEnd() {
        if (next < bytes.length) {
            throw new IllegalArgumentException(
                    "The bytes of these " + what + " have " + (bytes.length - next) + " after their end.");
        }
    }

    IllegalArgumentException impossible(String said) {
        return new IllegalArgumentException("The bytes of these " + what + " say that " + said + ", which cannot be.");
    }
}
