package io.github.sae4j.data.activations;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.internal.files.GuardedTensors;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** The array as a safetensors file's only tensor. */
final class TensorArray implements ArrayFile {

    private final String name;
    private final GuardedTensors file;

    TensorArray(OutputFile target, String name, long[] shape, Map<String, String> metadata) {
        this.name = name;
        this.file = GuardedTensors.create(target, List.of(new TensorSpec(name, Dtype.F32, shape)), metadata);
    }

    @Override
    public void append(ByteBuffer numbers) {
        file.write(name, numbers);
    }

    @Override
    public void commit() {
        file.commit();
    }

    @Override
    public void close() {
        file.close();
    }
}
