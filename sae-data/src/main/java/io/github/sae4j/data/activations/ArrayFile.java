package io.github.sae4j.data.activations;

import java.nio.ByteBuffer;

/** A file with one array of float32 in the making, whose numbers come row by row. */
sealed interface ArrayFile extends AutoCloseable permits TensorArray, NpyArray, NpzArray {

    /** Appends numbers, little-endian. */
    void append(ByteBuffer numbers);

    /** Puts the finished file in place. */
    void commit();

    /** Gives up what was not committed. */
    @Override
    void close();
}
