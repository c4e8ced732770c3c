package io.github.sae4j.loader;

import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.safetensors.Dtype;
import java.nio.ByteBuffer;
import java.util.List;

/** A tensor of a file that {@code torch.save} wrote. Safe for use by several threads. */
public final class TorchTensor {

    private final StoredTensor tensor;

    TorchTensor(StoredTensor tensor) {
        this.tensor = tensor;
    }

    /** Returns its name; empty if the file holds this tensor and no dictionary. */
    public String name() {
        return tensor.name();
    }

    /** Returns the type of its elements. */
    public Dtype dtype() {
        return tensor.dtype();
    }

    /** Returns the sizes of its axes, a fresh array; empty for a single number. */
    public long[] shape() {
        return tensor.shape();
    }

    /**
     * Returns its elements row by row, the last index running fastest, in consecutive windows of whole units, each below 2
     * GiB. Elements that lie so in the file are shown where they lie; others are copied once, by the first call.
     *
     * @param unitBytes the size in bytes of what must not be split, for example a row: below 2 GiB, and a divisor of the
     *     tensor's size in bytes
     * @return read-only, little-endian, direct buffers; none if it has no elements
     * @throws SaeLoadException if a unit is too large, the file is closed, cannot be read or is damaged, or there is not
     *     enough memory
     * @throws IllegalArgumentException if the tensor is not a whole number of units
     */
    public List<ByteBuffer> slices(long unitBytes) {
        return tensor.slices(unitBytes);
    }

    /** Returns file, name, type and shape, for sentences. */
    @Override
    public String toString() {
        return tensor.toString();
    }
}
