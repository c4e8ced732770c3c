package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Valid files mean the same to this module as to DJL's reader.
 *
 * <p>DJL is given only types that it knows: on bfloat16 it would end the JVM.
 */
class DjlAgreementTest {

    private static final Map<Dtype, DataType> TYPES =
            Map.of(Dtype.F32, DataType.FLOAT32, Dtype.F16, DataType.FLOAT16, Dtype.I64, DataType.INT64);

    @TempDir
    Path folder;

    private final Random random = new Random(5);

    private static void assertSame(SafetensorsFile file, NDList arrays) {
        assertThat(arrays).hasSize(file.tensors().size());
        for (NDArray array : arrays) {
            TensorView tensor = file.tensor(array.getName());
            assertThat(array.getDataType()).isEqualTo(TYPES.get(tensor.dtype()));
            assertThat(array.getShape()).isEqualTo(new Shape(tensor.shape()));
            assertThat(array.toByteBuffer().rewind()).isEqualTo(tensor.slice());
        }
    }

    @Test
    void onFilesThatThisModuleWrites() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (int round = 0; round < 50; round++) {
                Path path = folder.resolve("ours.safetensors");
                Map<String, TensorSpec> tensors = new HashMap<>();
                for (int i = 1 + random.nextInt(6); i > 0; i--) {
                    Dtype dtype = List.of(Dtype.F32, Dtype.F16, Dtype.I64).get(random.nextInt(3));
                    long[] shape = new long[1 + random.nextInt(3)];
                    for (int axis = 0; axis < shape.length; axis++) {
                        shape[axis] = 1L + random.nextInt(5);
                    }
                    tensors.put("t" + i, new TensorSpec("t" + i, dtype, shape));
                }
                try (SafetensorsWriter writer = SafetensorsWriter.create(
                        path,
                        List.copyOf(tensors.values()),
                        random.nextBoolean() ? Map.of("format", "pt") : Map.of())) {
                    for (TensorSpec tensor : tensors.values()) {
                        byte[] bytes = new byte[(int) tensor.byteSize()];
                        random.nextBytes(bytes);
                        writer.write(tensor.name(), ByteBuffer.wrap(bytes));
                    }
                    writer.commit();
                }
                try (SafetensorsFile file = SafetensorsFile.open(path);
                        NDList arrays = NDList.decode(manager, Files.readAllBytes(path))) {
                    assertSame(file, arrays);
                }
            }
        }
    }

    @Test
    void onFilesThatDjlWrites() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            List<NDArray> arrays = new ArrayList<>();
            for (DataType type : TYPES.values()) {
                NDArray array = manager.arange(0, 24, 1, DataType.FLOAT32)
                        .reshape(2, 3, 4)
                        .toType(type, true);
                array.setName("x." + type);
                arrays.add(array);
            }
            NDList list = new NDList(arrays);
            Path path = folder.resolve("theirs.safetensors");
            Files.write(path, list.encode(NDList.Encoding.SAFETENSORS));
            try (SafetensorsFile file = SafetensorsFile.open(path)) {
                assertSame(file, list);
            }
        }
    }
}
