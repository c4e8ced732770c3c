package io.github.sae4j.core;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * Features as bytes, little-endian: the letters {@code SAEF}, the version 1, {@code d_sae}, the number of leading axes, heads,
 * which of scale and shift there are, the number of tokens and of active features; then the leading axes (64 bits each), where
 * each token ends, the indices, the values, the scales and the shifts (32 bits each).
 */
final class FeatureBytes {

    private static final int MAGIC = 'S' | 'A' << 8 | 'E' << 16 | 'F' << 24;
    private static final int VERSION = 1;
    private static final int HEAD = 8 * Integer.BYTES;
    private static final int SCALE = 1;
    private static final int SHIFT = 2;

    private FeatureBytes() {}

    static byte[] write(SparseFeatures features) {
        long[] axes = features.leadingShape();
        InverseTransform inverse = features.inverseTransform();
        float[] scale = inverse.scale().orElse(null);
        float[] shift = inverse.shift().orElse(null);
        int perToken = 1 + (scale == null ? 0 : 1) + (shift == null ? 0 : 1);
        long size = HEAD
                + (long) axes.length * Long.BYTES
                + (long) features.tokens() * perToken * Integer.BYTES
                + (long) features.activeCount() * 2 * Integer.BYTES;
        if (size > Integer.MAX_VALUE - 8) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "These features take " + size + " bytes, more than one array can hold: write fewer"
                            + " tokens at a time.");
        }
        ByteBuffer out = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(MAGIC)
                .putInt(VERSION)
                .putInt(features.dSae())
                .putInt(axes.length)
                .putInt(inverse.heads());
        out.putInt((scale == null ? 0 : SCALE) | (shift == null ? 0 : SHIFT));
        out.putInt(features.tokens()).putInt(features.activeCount());
        out.asLongBuffer().put(axes);
        out.position(out.position() + axes.length * Long.BYTES);
        put(out, features.rowOffsets().position(1));
        put(out, features.indices());
        put(out, features.values());
        if (scale != null) {
            put(out, FloatBuffer.wrap(scale));
        }
        if (shift != null) {
            put(out, FloatBuffer.wrap(shift));
        }
        return out.array();
    }

    private static void put(ByteBuffer out, IntBuffer values) {
        int bytes = values.remaining() * Integer.BYTES;
        out.asIntBuffer().put(values);
        out.position(out.position() + bytes);
    }

    private static void put(ByteBuffer out, FloatBuffer values) {
        int bytes = values.remaining() * Float.BYTES;
        out.asFloatBuffer().put(values);
        out.position(out.position() + bytes);
    }

    static SparseFeatures read(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (in.getInt() != MAGIC) {
                throw new SaeException("These bytes are no sparse features: they do not begin with SAEF.");
            }
            int version = in.getInt();
            if (version != VERSION) {
                throw new SaeException("These features are in version " + version
                        + " of their form, but this library reads" + " version " + VERSION + ".");
            }
            return readBody(in);
        } catch (BufferUnderflowException e) {
            throw new SaeException(
                    SaeException.Reason.INVALID_ARGUMENT,
                    "The bytes of these features end too early: there are " + bytes.length + ".",
                    e);
        }
    }

    private static SparseFeatures readBody(ByteBuffer in) {
        int dSae = in.getInt();
        int axes = in.getInt();
        int heads = in.getInt();
        int flags = in.getInt();
        int tokens = in.getInt();
        int active = in.getInt();
        if ((flags & ~(SCALE | SHIFT)) != 0) {
            throw new SaeException(
                    "The bytes of these features say that they hold something unknown (flags " + flags + ").");
        }
        long[] leading = new long[requireRoom(in, axes, Long.BYTES)];
        for (int axis = 0; axis < axes; axis++) {
            leading[axis] = in.getLong();
        }
        int[] offsets = new int[requireRoom(in, tokens, Integer.BYTES) + 1];
        for (int token = 1; token <= tokens; token++) {
            offsets[token] = in.getInt();
        }
        int[] indices = new int[requireRoom(in, active, 2 * Integer.BYTES)];
        for (int at = 0; at < active; at++) {
            indices[at] = in.getInt();
        }
        float[] values = floats(in, active);
        float[] scale = (flags & SCALE) == 0 ? null : floats(in, tokens);
        float[] shift = (flags & SHIFT) == 0 ? null : floats(in, tokens);
        if (in.hasRemaining()) {
            throw new SaeException("The bytes of these features have " + in.remaining() + " after their end.");
        }
        return SparseFeatures.of(
                dSae, leading, offsets, indices, values, InverseTransform.trusted(heads, scale, shift));
    }

    private static float[] floats(ByteBuffer in, int count) {
        float[] values = new float[requireRoom(in, count, Float.BYTES)];
        for (int at = 0; at < count; at++) {
            values[at] = in.getFloat();
        }
        return values;
    }

    /** Lets in a count that the bytes left can hold, before an array of that size is made. */
    private static int requireRoom(ByteBuffer in, int count, int bytesEach) {
        if (count < 0 || (long) count * bytesEach > in.remaining()) {
            throw new BufferUnderflowException();
        }
        return count;
    }
}
