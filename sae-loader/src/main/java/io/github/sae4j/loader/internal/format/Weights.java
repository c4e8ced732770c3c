package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.Listing;
import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.loader.internal.container.TensorFile;
import io.github.sae4j.safetensors.Dtype;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of an open file under SAELens's names, checked against the sizes that the SAE must have.
 *
 * <p>A publisher's other names and orientations are put right here, so that whoever takes tensors need not know them.
 */
final class Weights {

    private final Path path;
    private final List<String> stored = new ArrayList<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, float[]> derived = new HashMap<>();
    private final Set<String> read = new HashSet<>();
    private final List<String> conversions = new ArrayList<>();
    private @Nullable String origin;
    private @Nullable WeightType type;

    private Weights(TensorFile file) {
        this.path = file.path();
        for (StoredTensor tensor : file.tensors()) {
            stored.add(tensor.name());
            entries.put(tensor.name(), new Entry(tensor, false));
        }
    }

    /**
     * A tensor in its role.
     *
     * @param tensor as it is stored
     * @param turned whether it is stored as the transpose of what it is here
     */
    private record Entry(StoredTensor tensor, boolean turned) {

        long[] shape() {
            long[] shape = tensor.shape();
            return turned && shape.length == 2 ? new long[] {shape[1], shape[0]} : shape;
        }

        /** Returns the tensor as it is here; turning moves no byte. */
        StoredTensor upright() {
            return turned ? tensor.transpose() : tensor;
        }
    }

    /** Returns the tensors of a file under their own names. */
    static Weights of(TensorFile file) {
        return new Weights(file);
    }

    /**
     * Gives a tensor the name that it has here.
     *
     * @param name the name here
     * @param publishersNames the names that it may have in the file; the first that is there counts, and if none is,
     *     nothing changes
     */
    Weights rename(String name, String... publishersNames) {
        for (String candidate : publishersNames) {
            @Nullable Entry entry = entries.remove(candidate);
            if (entry != null) {
                entries.put(name, entry);
                return this;
            }
        }
        return this;
    }

    /** Gives a tensor that is stored as the transpose its name here, as {@link #rename} does. */
    Weights turn(String name, String... publishersNames) {
        for (String candidate : publishersNames) {
            @Nullable Entry entry = entries.remove(candidate);
            if (entry != null) {
                entries.put(name, new Entry(entry.tensor(), !entry.turned()));
                return this;
            }
        }
        return this;
    }

    /** Does as {@link #rename}, and counts as equal what differs in its letters' case only. */
    Weights renameIgnoringCase(String name, String... publishersNames) {
        for (String candidate : publishersNames) {
            for (String present : List.copyOf(entries.keySet())) {
                if (present.equalsIgnoreCase(candidate)) {
                    return rename(name, present);
                }
            }
        }
        return this;
    }

    /** Sets a vector that is worked out from what the publisher says. */
    void put(String name, float[] values) {
        derived.put(name, values);
    }

    /** Multiplies a vector. */
    void scale(String name, double factor) {
        float[] values = Floats.of(entry(name).tensor());
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (values[i] * factor);
        }
        read.add(name);
        put(name, values);
    }

    /** Says why tensors must have the sizes that they are asked for with: {@code cfg.json says d_in = 8 and …}. */
    void sizesAreFrom(String reason) {
        origin = reason;
    }

    /** Sets the number format that matrices are to have, null for the stored one. */
    void inType(@Nullable WeightType wanted) {
        type = wanted;
    }

    Path path() {
        return path;
    }

    boolean contains(String name) {
        return derived.containsKey(name) || entries.containsKey(name);
    }

    /**
     * Returns the shape of a tensor, as it is here.
     *
     * @throws SaeLoadException if it is missing
     */
    long[] shape(String name) {
        return entry(name).shape();
    }

    /**
     * Returns one size of a matrix.
     *
     * @throws SaeLoadException if it is missing, is no matrix, or has no such size
     */
    int size(String name, int axis) {
        long[] shape = shape(name);
        if (shape.length != 2 || shape[axis] < 1 || shape[axis] > Integer.MAX_VALUE) {
            throw new SaeLoadException(path + ": " + name + " has the shape " + Arrays.toString(shape)
                    + ", but should be a matrix that tells the sizes d_in and d_sae.");
        }
        return (int) shape[axis];
    }

    /**
     * Returns a matrix, over the file's own pages where they can be used.
     *
     * @throws SaeLoadException if it is missing, or has another shape or is not floating point
     */
    WeightMatrix matrix(String name, int rows, int columns) {
        WeightMatrix matrix = storedMatrix(name, rows, columns);
        return type == null ? matrix : matrix.as(type);
    }

    /**
     * Returns a tensor of three axes as the matrix whose rows hold the last two, over the file's own pages where they can be
     * used.
     *
     * @throws SaeLoadException if it is missing, or has another shape or is not floating point
     */
    WeightMatrix flattened(String name, int rows, int groups, int width) {
        StoredTensor tensor = entry(name, rows, groups, width).tensor();
        if ((long) groups * width > Integer.MAX_VALUE / Long.BYTES) {
            throw new SaeLoadException(path + ": " + tensor.name() + " has rows of " + (long) groups * width
                    + " numbers, but at most " + Integer.MAX_VALUE / Long.BYTES + " are read.");
        }
        WeightMatrix matrix = stored(name, tensor, rows, groups * width);
        return type == null ? matrix : matrix.as(type);
    }

    private WeightMatrix storedMatrix(String name, int rows, int columns) {
        Entry entry = entry(name, rows, columns);
        StoredTensor upright = entry.upright();
        if (upright.isTransposed()) {
            return stored(name, upright.transpose(), columns, rows).transposed();
        }
        if (!upright.isRowMajor()) {
            conversions.add(name + " put in order");
        }
        return stored(name, upright, rows, columns);
    }

    private WeightMatrix stored(String name, StoredTensor tensor, int rows, int columns) {
        if (tensor.dtype() == Dtype.F64) {
            conversions.add(name + " rounded from float64 to float32");
            return WeightMatrix.of(WeightType.FLOAT32, rows, columns, Floats.matrix(tensor, columns));
        }
        WeightType own = weightType(tensor);
        List<ByteBuffer> parts = tensor.slices((long) columns * own.bytes());
        if (parts.stream().anyMatch(part -> part.alignmentOffset(0, own.bytes()) != 0)) {
            conversions.add(name + " copied, because the file does not hold it at a multiple of its numbers' size");
            parts = parts.stream().map(Weights::copy).toList();
        }
        return WeightMatrix.of(own, rows, columns, parts);
    }

    private static ByteBuffer copy(ByteBuffer part) {
        return ByteBuffer.allocateDirect(part.remaining())
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(part.duplicate())
                .flip();
    }

    /**
     * Returns a vector, widened or rounded to float32.
     *
     * @throws SaeLoadException if it is missing, has another shape or is not floating point
     */
    float[] vector(String name, int length) {
        float @Nullable [] values = derived.get(name);
        if (values != null && values.length == length) {
            return values.clone();
        }
        return Floats.of(entry(name, length).tensor());
    }

    /**
     * Returns a number for each feature, from a vector or from one number for all.
     *
     * @throws SaeLoadException if it is missing, has another shape or is not floating point
     */
    float[] forEach(String name, int length) {
        if (derived.containsKey(name)) {
            return vector(name, length);
        }
        StoredTensor tensor = entry(name).tensor();
        if (tensor.elements() != 1 || tensor.shape().length > 1) {
            return vector(name, length);
        }
        read.add(name);
        float[] values = new float[length];
        Arrays.fill(values, Floats.of(tensor)[0]);
        return values;
    }

    /** Returns the names of the tensors that nothing has read. */
    List<String> unread() {
        return entries.keySet().stream().filter(name -> !read.contains(name)).toList();
    }

    /** Says that a tensor is known and not needed, so that nobody is told of it. */
    Weights ignore(String... names) {
        read.addAll(List.of(names));
        return this;
    }

    /** Returns what had to be done to matrices on their way into memory. */
    List<String> conversions() {
        return List.copyOf(conversions);
    }

    private Entry entry(String name, long... shape) {
        Entry entry = entry(name);
        if (!Arrays.equals(entry.shape(), shape)) {
            throw new SaeLoadException(path + ": " + entry.tensor().name() + " has the shape "
                    + Arrays.toString(entry.tensor().shape()) + ", but should have "
                    + Arrays.toString(entry.turned() ? new long[] {shape[1], shape[0]} : shape)
                    + (origin == null ? "." : ", because " + origin + "."));
        }
        read.add(name);
        return entry;
    }

    private Entry entry(String name) {
        @Nullable Entry entry = entries.get(name);
        if (entry == null) {
            throw new SaeLoadException(path + " has no tensor " + name + ". "
                    + (stored.isEmpty() ? "It has none." : "It has: " + Listing.of(stored) + "."));
        }
        return entry;
    }

    private static WeightType weightType(StoredTensor tensor) {
        return switch (tensor.dtype()) {
            case F32 -> WeightType.FLOAT32;
            case F16 -> WeightType.FLOAT16;
            case BF16 -> WeightType.BFLOAT16;
            default -> throw unexpected(tensor, "F32, F16, BF16 or F64");
        };
    }

    /** Returns the sentence for a tensor whose number format cannot be used. */
    static SaeLoadException unexpected(StoredTensor tensor, String expected) {
        return new SaeLoadException(
                tensor.subject() + " is stored as " + tensor.dtype().label() + ", but should be " + expected + ".");
    }
}
