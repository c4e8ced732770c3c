package io.github.sae4j.loader.internal.saving;

import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of an SAE as they are saved. Matrices keep their number format unless another is asked for, or they are
 * multiplied: then they are float32. Vectors take the format of all matrices if none of their numbers is rounded by it, and
 * else are float32.
 */
final class SavedTensors {

    private final @Nullable WeightType wanted;
    private final Map<String, Matrix> matrices = new LinkedHashMap<>();
    private final Map<String, float[]> vectors = new LinkedHashMap<>();

    private record Matrix(WeightMatrix matrix, WeightType type, MatrixBytes.@Nullable Factors factors) {}

    /**
     * Begins with none.
     *
     * @param wanted the number format of the matrices, or null for each its own
     */
    SavedTensors(@Nullable WeightType wanted) {
        this.wanted = wanted;
    }

    void matrix(String name, WeightMatrix matrix, MatrixBytes.@Nullable Factors factors) {
        WeightType own = factors == null ? matrix.type() : WeightType.FLOAT32;
        matrices.put(name, new Matrix(matrix, wanted == null ? own : wanted, factors));
    }

    void vector(String name, float[] values) {
        vectors.put(name, values);
    }

    /** Returns the number format that holds all tensors without rounding them further. */
    WeightType commonType() {
        List<WeightType> types =
                matrices.values().stream().map(Matrix::type).distinct().toList();
        WeightType first = types.get(0);
        boolean fits = types.size() == 1 && vectors.values().stream().allMatch(values -> isExact(values, first));
        return fits ? first : WeightType.FLOAT32;
    }

    private static boolean isExact(float[] values, WeightType type) {
        ByteBuffer number = ByteBuffer.allocate(Float.BYTES);
        for (float value : values) {
            type.put(number, 0, value);
            if (Float.compare(type.get(number, 0), value) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Writes the file.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if a number is too large for its format
     * @throws io.github.sae4j.safetensors.SafetensorsException if the file cannot be written
     */
    void writeTo(Path file) {
        WeightType ofVectors = commonType();
        List<TensorSpec> specs = new ArrayList<>();
        matrices.forEach((name, matrix) ->
                specs.add(new TensorSpec(name, dtype(matrix.type), matrix.matrix.rows(), matrix.matrix.columns())));
        vectors.forEach((name, values) -> specs.add(new TensorSpec(name, dtype(ofVectors), values.length)));
        try (SafetensorsWriter writer = SafetensorsWriter.create(file, specs, Map.of())) {
            vectors.forEach((name, values) -> writer.write(name, bytes(values, ofVectors)));
            matrices.forEach((name, matrix) -> MatrixBytes.of(name, matrix.matrix, matrix.type, matrix.factors)
                    .writeTo(piece -> writer.write(name, piece)));
            writer.commit();
        }
    }

    private static ByteBuffer bytes(float[] values, WeightType type) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, type.bytes()))
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i++) {
            type.put(bytes, i * type.bytes(), values[i]);
        }
        return bytes;
    }

    private static Dtype dtype(WeightType type) {
        return switch (type) {
            case FLOAT32 -> Dtype.F32;
            case FLOAT16 -> Dtype.F16;
            case BFLOAT16 -> Dtype.BF16;
        };
    }
}
