package io.github.sae4j.tensors.internal.npy;

import io.github.sae4j.tensors.ElementType;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * The array that an npy header describes; {@link io.github.sae4j.tensors.NpyHeader} tells it.
 *
 * @param descr the type of the elements as NumPy spells it
 * @param fortranOrder whether the first index runs fastest
 * @param shape the sizes of the axes
 */
public record NpyDescription(String descr, boolean fortranOrder, List<Long> shape) {

    /** Copies the shape. */
    public NpyDescription {
        shape = List.copyOf(shape);
    }

    /** Returns the type of the elements, or empty if they are no numbers or of a kind that is not read. */
    public Optional<ElementType> type() {
        return NpyHeaderText.type(descr);
    }

    /** Returns the order of the bytes of an element. */
    public ByteOrder order() {
        return descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }
}
