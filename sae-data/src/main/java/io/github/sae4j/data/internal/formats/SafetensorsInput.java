package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.internal.tensors.FloatType;
import io.github.sae4j.data.internal.tensors.StoredTensor;
import io.github.sae4j.data.internal.tensors.TensorFile;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/** The arrays of a safetensors file. */
public record SafetensorsInput(SafetensorsFile file) implements TensorFile {

    public static SafetensorsInput open(Path path) {
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
                FloatType.spelled(tensor.dtype().label()),
                ByteOrder.LITTLE_ENDIAN,
                LongStream.of(tensor.shape()).boxed().toList(),
                tensor::read);
    }

    @Override
    public void close() {
        file.close();
    }
}
