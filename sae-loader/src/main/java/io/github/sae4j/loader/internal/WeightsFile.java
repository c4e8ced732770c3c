package io.github.sae4j.loader.internal;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The tensors of an open weights file, checked against the sizes that the SAE must have. */
final class WeightsFile {

    private final SafetensorsFile file;
    private final Sizes sizes;
    private final Set<String> read = new HashSet<>();

    WeightsFile(SafetensorsFile file, Sizes sizes) {
        this.file = file;
        this.sizes = sizes;
    }

    /**
     * The sizes that tensors must have.
     *
     * @param dIn the width of an activation
     * @param dSae the number of features
     * @param origin the half sentence that says so, for example {@code cfg.json says d_in = 8 and d_sae = 16}
     */
    record Sizes(int dIn, int dSae, String origin) {}

    Path path() {
        return file.path();
    }

    Sizes sizes() {
        return sizes;
    }

    /**
     * Returns a matrix over the file's own pages.
     *
     * @throws SaeLoadException if it is missing, or has another shape or a number format that a matrix cannot have
     */
    WeightMatrix matrix(String name, int rows, int columns) {
        TensorView tensor = tensor(name, rows, columns);
        WeightType type = weightType(tensor);
        return WeightMatrix.of(type, rows, columns, tensor.slices((long) columns * type.bytes()));
    }

    /**
     * Returns a vector, widened or rounded to float32.
     *
     * @throws SaeLoadException if it is missing, has another shape or is not floating point
     */
    float[] vector(String name, int length) {
        return Floats.of(file.path(), tensor(name, length));
    }

    /**
     * Returns a vector that need not be there, widened or rounded to float32.
     *
     * @throws SaeLoadException if it has another shape or is not floating point
     */
    Optional<float[]> optionalVector(String name, int length) {
        return file.contains(name) ? Optional.of(vector(name, length)) : Optional.empty();
    }

    /** Returns the names of the tensors that nothing has read. */
    List<String> unread() {
        return file.tensors().stream()
                .map(TensorView::name)
                .filter(name -> !read.contains(name))
                .toList();
    }

    private TensorView tensor(String name, long... shape) {
        if (!file.contains(name)) {
            throw missing(name);
        }
        TensorView tensor = file.tensor(name);
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new SaeLoadException(file.path() + ": " + name + " has the shape " + Arrays.toString(tensor.shape())
                    + ", but should have " + Arrays.toString(shape) + ", because " + sizes.origin() + ".");
        }
        read.add(name);
        return tensor;
    }

    private WeightType weightType(TensorView tensor) {
        return switch (tensor.dtype()) {
            case F32 -> WeightType.FLOAT32;
            case F16 -> WeightType.FLOAT16;
            case BF16 -> WeightType.BFLOAT16;
            default -> throw unexpected(file.path(), tensor, "F32, F16 or BF16");
        };
    }

    private SaeLoadException missing(String name) {
        List<String> names = file.tensors().stream().map(TensorView::name).toList();
        return new SaeLoadException(file.path() + " has no tensor " + name + ". "
                + (names.isEmpty() ? "It has none." : "It has: " + Listing.of(names) + "."));
    }

    /** Returns the sentence for a tensor whose number format cannot be used. */
    static SaeLoadException unexpected(Path path, TensorView tensor, String expected) {
        return new SaeLoadException(path + ": " + tensor.name() + " is stored as "
                + tensor.dtype().label() + ", but should be " + expected + ".");
    }
}
