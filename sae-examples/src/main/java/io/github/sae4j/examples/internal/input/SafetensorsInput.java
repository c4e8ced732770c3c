package io.github.sae4j.examples.internal.input;

import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** The arrays of a safetensors file. */
record SafetensorsInput(SafetensorsFile file) implements TensorFile {

    static SafetensorsInput open(Path path) {
        return new SafetensorsInput(SafetensorsFile.open(path));
    }

    @Override
    public List<StoredTensor> tensors() {
        return file.tensors().stream().map(SafetensorsInput::stored).toList();
    }

    static StoredTensor stored(TensorView tensor) {
        return new StoredTensor(
                tensor.name(),
                tensor.dtype().label(),
                floatType(tensor.dtype()),
                ByteOrder.LITTLE_ENDIAN,
                LongStream.of(tensor.shape()).boxed().toList(),
                tensor::read);
    }

    static @Nullable FloatType floatType(Dtype dtype) {
        return switch (dtype) {
            case F16 -> FloatType.F16;
            case BF16 -> FloatType.BF16;
            case F32 -> FloatType.F32;
            case F64 -> FloatType.F64;
            default -> null;
        };
    }

    @Override
    public void close() {
        file.close();
    }
}
