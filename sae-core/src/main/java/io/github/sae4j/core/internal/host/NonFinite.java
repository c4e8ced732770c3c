package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.WeightType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Finds NaN and infinity in stored numbers, eight bytes at a time and with several threads. Such numbers have all bits of
 * their exponent set, so adding one to the exponent carries into the bit of the sign, which was masked away before.
 *
 * <p>Most SAEs are opened once in a process, so the time that counts is that of code which is not compiled yet. A loop over an
 * array calls no method, and is fast long before one over a buffer is.
 */
public final class NonFinite {

    /** Bytes that a thread takes at a time. */
    private static final int BLOCK = 1 << 22;

    /** Longs that are looked through before the carries are; they fit the second cache. */
    private static final int CHUNK = 1 << 13;

    private final long exponents;
    private final long ones;
    private final long signs;
    private final WeightType type;

    private NonFinite(WeightType type, int exponent, int one, int sign) {
        int bits = type.bytes() * Byte.SIZE;
        this.type = type;
        this.exponents = repeated(exponent, bits);
        this.ones = repeated(one, bits);
        this.signs = repeated(sign, bits);
    }

    private static NonFinite of(WeightType type) {
        return switch (type) {
            case FLOAT32 -> new NonFinite(type, 0x7f800000, 0x00800000, 0x80000000);
            case FLOAT16 -> new NonFinite(type, 0x7c00, 0x0400, 0x8000);
            case BFLOAT16 -> new NonFinite(type, 0x7f80, 0x0080, 0x8000);
        };
    }

    private static long repeated(int pattern, int bits) {
        long repeated = 0;
        for (int at = 0; at < Long.SIZE; at += bits) {
            repeated |= Integer.toUnsignedLong(pattern) << at;
        }
        return repeated;
    }

    /**
     * Returns which of some numbers is the first that is NaN or infinite, counted over all buffers, or -1 if none is.
     *
     * @param buffers little-endian numbers each from the buffer's position to its limit, which stay as they are
     * @param type the numbers' format
     */
    public static long first(List<ByteBuffer> buffers, WeightType type) {
        NonFinite search = of(type);
        long before = 0;
        for (ByteBuffer buffer : buffers) {
            ByteBuffer bytes = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
            long found = search.first(bytes);
            if (found >= 0) {
                return before + found;
            }
            before += bytes.remaining() / type.bytes();
        }
        return -1;
    }

    private long first(ByteBuffer bytes) {
        long blocks = (bytes.remaining() + (long) BLOCK - 1) / BLOCK;
        return LongStream.range(0, blocks).parallel().filter(block -> holdsAny(bytes, block)).findFirst().stream()
                .map(block -> firstOf(bytes, block))
                .findFirst()
                .orElse(-1);
    }

    private boolean holdsAny(ByteBuffer bytes, long block) {
        int end = (int) Math.min(bytes.remaining(), (block + 1) * BLOCK);
        int at = (int) (block * BLOCK);
        long[] chunk = new long[Math.min(CHUNK, (end - at) / Long.BYTES)];
        boolean any = false;
        while (!any && at <= end - Long.BYTES) {
            int count = Math.min(chunk.length, (end - at) / Long.BYTES);
            bytes.slice(at, count * Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asLongBuffer()
                    .get(chunk, 0, count);
            any = carries(chunk, count);
            at += count * Long.BYTES;
        }
        for (; at < end; at += type.bytes()) {
            any |= !Float.isFinite(type.get(bytes, at));
        }
        PageFaults.requireNone();
        return any;
    }

    private boolean carries(long[] chunk, int count) {
        long carries = 0;
        for (int i = 0; i < count; i++) {
            carries |= (chunk[i] & exponents) + ones;
        }
        return (carries & signs) != 0;
    }

    private long firstOf(ByteBuffer bytes, long block) {
        int at = (int) (block * BLOCK);
        while (Float.isFinite(type.get(bytes, at))) {
            at += type.bytes();
        }
        return at / type.bytes();
    }
}
