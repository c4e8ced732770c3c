package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.tensors.ElementType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A value that a pickle of tensors can hold; there are no others. */
public sealed interface PickledValue {

    /** A value that holds no further ones. */
    sealed interface Plain extends PickledValue {}

    /** Python's {@code None}. */
    enum None implements Plain {
        /** The only one. */
        NONE
    }

    /** Python's {@code True} or {@code False}. */
    record Truth(boolean value) implements Plain {}

    /** An integer of any size. */
    record Whole(BigInteger value) implements Plain {}

    /** A floating-point number. */
    record Real(double value) implements Plain {}

    /** A text; also the name of a {@code torch.dtype} ({@code torch.bfloat16}) or device ({@code cuda:0}). */
    record Text(String value) implements Plain {}

    /**
     * Bytes.
     *
     * @param value read-only
     */
    record Binary(ByteBuffer value) implements Plain {}

    /** A tuple, or a {@code torch.Size}. */
    record Tuple(List<PickledValue> items) implements PickledValue {}

    /** A list. */
    record Items(List<PickledValue> items) implements PickledValue {}

    /** A dictionary, ordered or not. */
    record Dict(Map<PickledValue, PickledValue> entries) implements PickledValue {}

    /**
     * The numbers that tensors are views of, by reference: they lie outside the pickle.
     *
     * @param type the type of the elements
     * @param key its name in the file
     * @param elements how many there are
     */
    record StorageReference(ElementType type, String key, long elements) implements PickledValue {}

    /**
     * A tensor.
     *
     * @param storage the numbers that it is a view of
     * @param offset the storage's element that is the tensor's first
     * @param shape the sizes of the axes
     * @param strides the distances of neighbours on each axis, in elements
     * @param lazyBit which of PyTorch's bits, {@code neg} or {@code conj}, says that the storage has other numbers than the
     *     tensor; null if it has the same
     */
    record Tensor(
            StorageReference storage,
            long offset,
            List<Long> shape,
            List<Long> strides,
            @Nullable String lazyBit) implements PickledValue {}

    /** The class of a storage, named by the pickle. */
    record StorageClass(ElementType type) implements PickledValue {}

    /** What a pickle may call: the few functions and classes that tensors need. */
    enum Callable implements PickledValue {
        /** {@code torch._utils._rebuild_tensor_v2}. */
        REBUILD_TENSOR,
        /** {@code torch._utils._rebuild_parameter}. */
        REBUILD_PARAMETER,
        /** {@code collections.OrderedDict}. */
        ORDERED_DICT,
        /** {@code _codecs.encode}, which protocol 2 writes bytes with. */
        ENCODE,
        /** {@code torch.Size}. */
        SIZE,
        /** {@code torch.device}. */
        DEVICE
    }
}
