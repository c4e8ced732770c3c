package io.github.sae4j.tensors.internal.zip;

import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.MemoryBytes;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** One deflated member of an archive on its way to memory, from its beginning on. */
final class Inflation implements AutoCloseable {

    private static final int INPUT_BYTES = 1 << 15;

    private final ErrorContext context;
    private final ByteSource deflated;
    private final Inflater inflater = new Inflater(true);
    private long fed;

    Inflation(ErrorContext context, ByteSource deflated) {
        this.context = context;
        this.deflated = deflated;
    }

    /**
     * Inflates a whole member.
     *
     * @param bytes how many it must give, neither more nor less
     * @throws io.github.sae4j.tensors.TensorFileException if it does not, or is damaged
     */
    static MemoryBytes all(ErrorContext context, ByteSource deflated, long bytes, int chunkBits) {
        MemoryBytes target = MemoryBytes.allocate(context, bytes, chunkBits);
        try (Inflation inflation = new Inflation(context, deflated)) {
            long at = 0;
            while (at < bytes) {
                ByteBuffer chunk = target.chunk(at).duplicate();
                inflation.fill(chunk, bytes);
                at += chunk.capacity();
            }
            inflation.requireEnd(bytes);
        }
        return target;
    }

    /**
     * Inflates the beginning of a member.
     *
     * @param count how many bytes, which it must have
     * @throws io.github.sae4j.tensors.TensorFileException if it is damaged or shorter
     */
    static byte[] beginning(ErrorContext context, ByteSource deflated, int count) {
        byte[] bytes = new byte[count];
        try (Inflation inflation = new Inflation(context, deflated)) {
            inflation.fill(ByteBuffer.wrap(bytes), count);
        }
        return bytes;
    }

    /** Fills a buffer with the bytes that come next; all of them should be so many. */
    void fill(ByteBuffer target, long expected) {
        while (target.hasRemaining()) {
            if (step(target) == 0 && inflater.finished()) {
                throw context.fault("its deflated bytes give " + inflater.getBytesWritten() + " bytes, but " + expected
                        + " were expected.");
            }
        }
    }

    /** Checks that the deflated bytes end here, after so many. */
    void requireEnd(long bytes) {
        ByteBuffer more = ByteBuffer.allocate(1);
        while (!inflater.finished()) {
            if (step(more) > 0) {
                throw context.fault("its deflated bytes give more than the " + bytes + " bytes that the archive says.");
            }
        }
        if (inflater.getBytesRead() != deflated.length()) {
            throw context.fault("its deflated bytes end after " + inflater.getBytesRead()
                    + " bytes, but the archive says " + deflated.length() + ".");
        }
    }

    private int step(ByteBuffer target) {
        try {
            int count = inflater.inflate(target);
            if (count == 0 && !inflater.finished()) {
                feed();
            }
            return count;
        } catch (DataFormatException e) {
            throw context.fault("its deflated bytes are damaged (" + e.getMessage() + ").", e);
        }
    }

    private void feed() {
        if (inflater.needsDictionary() || fed == deflated.length()) {
            throw context.fault("its deflated bytes are damaged: they do not come to an end.");
        }
        int count = (int) Math.min(INPUT_BYTES, deflated.length() - fed);
        inflater.setInput(deflated.read(fed, count));
        fed += count;
    }

    @Override
    public void close() {
        inflater.end();
    }
}
