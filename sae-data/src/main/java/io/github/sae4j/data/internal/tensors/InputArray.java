package io.github.sae4j.data.internal.tensors;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row-major array in an open file.
 *
 * @param name its name, or null if the file holds only this one and gives it none
 * @param dtype its number format as the file spells it
 * @param type the type of its elements, or null if they are no numbers or not read
 * @param order the byte order
 * @param shape the sizes of the axes
 * @param bytes reads from it
 */
public record InputArray(
        @Nullable String name,
        String dtype,
        @Nullable ElementType type,
        ByteOrder order,
        List<Long> shape,
        Bytes bytes) {

    /** Fills a buffer from a place in the array. */
    @FunctionalInterface
    public interface Bytes {

        /**
         * Fills the rest of a buffer.
         *
         * @param offset the first byte, counted from the array's beginning
         * @param target its remaining bytes are filled
         */
        void read(long offset, ByteBuffer target);
    }

    /** Returns whether activations may be stored so. */
    public boolean isFloatingPoint() {
        return type != null && type.isFloatingPoint();
    }

    /** Returns how to speak of the array, for example {@code tensor "x"}. */
    public String label() {
        return name == null ? "the array" : "tensor " + Quoted.of(name);
    }

    /** Returns the name, dtype and shape for a list of what a file holds. */
    public String summary() {
        return (name == null ? "" : name + " ") + dtype + " " + shape;
    }
}
