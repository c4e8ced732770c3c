package io.github.sae4j.data.internal.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.function.Consumer;

/** A little-endian buffer through which numbers become the bytes of a file, a piece at a time. */
public final class Numbers {

    private static final int BYTES = 1 << 16;

    private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);

    public void floats(FloatBuffer numbers, Consumer<ByteBuffer> sink) {
        FloatBuffer rest = numbers.duplicate();
        while (rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), BYTES / Float.BYTES);
            bytes.clear().asFloatBuffer().put(rest.slice().limit(count));
            sink.accept(bytes.limit(count * Float.BYTES));
            rest.position(rest.position() + count);
        }
    }

    public void ints(IntBuffer numbers, Consumer<ByteBuffer> sink) {
        IntBuffer rest = numbers.duplicate();
        while (rest.hasRemaining()) {
            int count = Math.min(rest.remaining(), BYTES / Integer.BYTES);
            bytes.clear().asIntBuffer().put(rest.slice().limit(count));
            sink.accept(bytes.limit(count * Integer.BYTES));
            rest.position(rest.position() + count);
        }
    }

    public void longs(long[] numbers, Consumer<ByteBuffer> sink) {
        for (int done = 0; done < numbers.length; ) {
            int count = Math.min(numbers.length - done, BYTES / Long.BYTES);
            bytes.clear().asLongBuffer().put(numbers, done, count);
            sink.accept(bytes.limit(count * Long.BYTES));
            done += count;
        }
    }
}
