package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;

/** The bytes of a pickle, read from front to back; nothing is allocated for bytes that are not there. */
final class PickleInput {

    private static final int BUFFER_BYTES = 1 << 12;
    private static final int LONGEST_LINE = 256;

    private final ErrorContext context;
    private final ByteSource bytes;
    private final long end;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder();
    private long bufferStart;
    private byte[] buffer = {};
    private int at;

    /**
     * Begins to read.
     *
     * @param context what the pickle is called
     * @param start its first byte
     * @param most how many bytes are read at most
     */
    PickleInput(ErrorContext context, ByteSource bytes, long start, long most) {
        this.context = context;
        this.bytes = bytes;
        this.bufferStart = start;
        this.end = start + Math.min(most, bytes.length() - start);
    }

    /** Returns how many bytes lie before the next one. */
    long position() {
        return bufferStart + at;
    }

    /** Returns how many bytes there are from the next one on. */
    long left() {
        return end - position();
    }

    boolean isAtEnd() {
        return position() == end;
    }

    /** Returns a fault at the place that was just read. */
    TensorFileException fault(String sentence) {
        return fault(Reason.MALFORMED, sentence);
    }

    /** Returns what is wrong at the place that was just read. */
    TensorFileException fault(Reason reason, String sentence) {
        return context.fault(reason, "the pickle cannot be read at byte " + position() + ": " + sentence);
    }

    int u1() {
        if (at == buffer.length) {
            refill();
        }
        return buffer[at++] & 0xff;
    }

    int u2() {
        return u1() | u1() << 8;
    }

    int i4() {
        return u2() | u2() << 16;
    }

    /** Returns eight bytes, the most significant first. */
    long bigEndian8() {
        return ByteBuffer.wrap(take(Long.BYTES)).getLong();
    }

    byte[] take(long count) {
        if (count < 0 || count > left()) {
            throw fault("a value should have " + count + " bytes, but only " + left() + " are left.");
        }
        byte[] taken = new byte[Math.toIntExact(count)];
        int fromBuffer = Math.min(taken.length, buffer.length - at);
        System.arraycopy(buffer, at, taken, 0, fromBuffer);
        at += fromBuffer;
        int rest = taken.length - fromBuffer;
        if (rest > 0) {
            long from = position();
            System.arraycopy(bytes.read(from, rest), 0, taken, fromBuffer, rest);
            bufferStart = from + rest;
            buffer = new byte[0];
            at = 0;
        }
        return taken;
    }

    String utf8(long count) {
        byte[] encoded = take(count);
        try {
            return utf8.decode(ByteBuffer.wrap(encoded)).toString();
        } catch (CharacterCodingException e) {
            throw fault("a text is not UTF-8.");
        }
    }

    /** Returns the ASCII text up to the next line feed. */
    String line() {
        StringBuilder line = new StringBuilder();
        for (int c = u1(); c != '\n'; c = u1()) {
            if (c < ' ' || c > '~' || line.length() == LONGEST_LINE) {
                throw fault("a name is no plain text of at most " + LONGEST_LINE + " characters.");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private void refill() {
        bufferStart += at;
        at = 0;
        int count = (int) Math.min(BUFFER_BYTES, end - bufferStart);
        buffer = count == 0 ? new byte[0] : bytes.read(bufferStart, count);
        if (count == 0) {
            throw fault("it ends without a STOP.");
        }
    }
}
