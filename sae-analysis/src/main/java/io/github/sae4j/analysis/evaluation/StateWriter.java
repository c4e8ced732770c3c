package io.github.sae4j.analysis.evaluation;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/**
 * What was counted and summed as bytes: four letters, a byte of the version, then counts and whole numbers, little-endian and
 * without the bytes that say nothing. {@link StateReader} reads them.
 */
final class StateWriter {

    private static final int MORE = 0x80;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    StateWriter(String letters, int version) {
        out.writeBytes(letters.getBytes(StandardCharsets.US_ASCII));
        putByte(version);
    }

    void putByte(int value) {
        out.write(value);
    }

    /** Writes a count, at least 0: 7 bits a byte, the lowest first, with the highest bit where more follow (LEB128). */
    void putCount(long count) {
        long rest = count;
        while (rest >= MORE) {
            out.write((int) rest | MORE);
            rest >>>= 7;
        }
        out.write((int) rest);
    }

    /** Writes how many bytes there are, how many of zero are left out below them, and the bytes in two's complement; 0 has none. */
    void putInteger(BigInteger number) {
        if (number.signum() == 0) {
            putCount(0);
            return;
        }
        int zeros = number.getLowestSetBit() / Byte.SIZE;
        byte[] highestFirst = number.shiftRight(zeros * Byte.SIZE).toByteArray();
        putCount(highestFirst.length);
        putCount(zeros);
        for (int at = highestFirst.length - 1; at >= 0; at--) {
            out.write(highestFirst[at]);
        }
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
