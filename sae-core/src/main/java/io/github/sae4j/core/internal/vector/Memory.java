package io.github.sae4j.core.internal.vector;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads of vectors from memory outside the heap. The Vector API's method for it takes a byte buffer up to JDK 18, and a
 * memory segment from then on; a constant method handle to either costs nothing.
 */
final class Memory {

    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, FLOATS.vectorShape());

    /** Numbers in a vector. */
    static final int LANES = FLOATS.length();

    /** Features that are looked at together: as many 16-bit numbers as a vector has bits for. */
    static final int GROUP = 2 * LANES;

    /** Of two 16-bit numbers in an int, the bits of the second. */
    static final int UPPER_HALF = 0xffff0000;

    /** Those of the first. */
    static final int LOWER_HALF = 0xffff;

    /**
     * Loads a vector of ints from a byte position: {@code (IntVector) LOAD.invokeExact(memory, position)}. Hot loops call it
     * themselves, and the Vector API's methods likewise: those are always inlined, a method around them is not, and vectors
     * that leave a compiled method become objects.
     *
     * <p>A page of a mapped file that is not there any more is an {@link InternalError} only in compiled methods that the JVM
     * knows to read outside the heap, and it counts reads of numbers as such, but not of vectors: in others the process ends.
     * So each load looks at a field too, in a way that counts. Nobody uses what it finds, and no instruction is left of it.
     */
    static final MethodHandle LOAD;

    private static final MethodHandle SEGMENT;

    @SuppressWarnings("unused")
    private static int looked;

    static {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        try {
            MethodHandle load;
            MethodHandle segment;
            if (Runtime.version().feature() < 19) {
                segment = MethodHandles.identity(ByteBuffer.class);
                load = lookup.findStatic(
                        IntVector.class,
                        "fromByteBuffer",
                        MethodType.methodType(
                                IntVector.class, VectorSpecies.class, ByteBuffer.class, int.class, ByteOrder.class));
            } else {
                Class<?> type = Class.forName("java.lang.foreign.MemorySegment");
                segment = lookup.findStatic(type, "ofBuffer", MethodType.methodType(type, Buffer.class));
                load = lookup.findStatic(
                        IntVector.class,
                        "fromMemorySegment",
                        MethodType.methodType(IntVector.class, VectorSpecies.class, type, long.class, ByteOrder.class));
            }
            SEGMENT = segment.asType(MethodType.methodType(Object.class, ByteBuffer.class));
            load = MethodHandles.insertArguments(load, 3, ByteOrder.LITTLE_ENDIAN);
            load = MethodHandles.insertArguments(load, 0, INTS);
            load = MethodHandles.explicitCastArguments(
                    load, MethodType.methodType(IntVector.class, Object.class, long.class));
            MethodHandle look = lookup.findStaticVarHandle(Memory.class, "looked", int.class)
                    .toMethodHandle(VarHandle.AccessMode.GET);
            LOAD = MethodHandles.foldArguments(load, look.asType(MethodType.methodType(void.class)));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Memory() {}

    /** Returns what {@link #LOAD} takes for a buffer. */
    static Object of(ByteBuffer buffer) {
        try {
            return (Object) SEGMENT.invokeExact(buffer);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns what is thrown for something that {@link #LOAD} threw. */
    static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof RuntimeException runtime ? runtime : new IllegalStateException(thrown);
    }
}
