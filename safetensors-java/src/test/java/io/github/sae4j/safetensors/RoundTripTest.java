package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written is read back, whatever it is. */
class RoundTripTest {

    private static final List<Dtype> DTYPES = List.of(Dtype.values());

    @TempDir
    Path folder;

    private final Random random = new Random(20_261_124);

    private ByteBuffer randomBytes(long count) {
        byte[] bytes = new byte[Math.toIntExact(count)];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes);
    }

    private String randomText() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            int codePoint = random.nextInt(
                    switch (random.nextInt(3)) {
                        case 0 -> 128;
                        case 1 -> 0xD800;
                        default -> Character.MAX_CODE_POINT + 1;
                    });
            boolean half = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
            text.appendCodePoint(half ? '-' : codePoint);
        }
        return text.toString();
    }

    private void assertReadBack(List<TensorSpec> tensors, Map<String, String> metadata) {
        Path target = folder.resolve("round.safetensors");
        Map<String, ByteBuffer> contents = new HashMap<>();
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, tensors, metadata)) {
            for (TensorSpec tensor : tensors) {
                ByteBuffer content = randomBytes(tensor.byteSize());
                contents.put(tensor.name(), content);
                writer.write(tensor.name(), content.duplicate());
            }
            writer.commit();
        }
        try (SafetensorsFile file = SafetensorsFile.open(target)) {
            assertThat(file.metadata()).isEqualTo(metadata);
            assertThat(file.tensors()).hasSameSizeAs(tensors);
            for (TensorSpec spec : tensors) {
                TensorView tensor = file.tensor(spec.name());
                assertThat(tensor.dtype()).isEqualTo(spec.dtype());
                assertThat(tensor.shape())
                        .isEqualTo(
                                spec.shape().stream().mapToLong(Long::longValue).toArray());
                assertThat(tensor.elements()).isEqualTo(spec.elements());
                assertThat(tensor.slice()).isEqualTo(contents.get(spec.name()));
                int alignment = Math.max(1, spec.dtype().bits() / 8);
                assertThat(tensor.fileOffset() % alignment)
                        .as("alignment of %s", spec)
                        .isZero();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsEveryDtype(Dtype dtype) {
        assertReadBack(
                List.of(
                        new TensorSpec("vector", dtype, 16),
                        new TensorSpec("matrix", dtype, 3, 8),
                        new TensorSpec("none", dtype, 4, 0),
                        new TensorSpec("deep", dtype, 1, 2, 1, 2, 1, 2)),
                Map.of("dtype", dtype.label()));
    }

    @Test
    void keepsAScalarOfEveryWholeByteDtype() {
        List<TensorSpec> scalars = new ArrayList<>();
        for (Dtype dtype : Dtype.values()) {
            if (dtype.bits() >= 8) {
                scalars.add(new TensorSpec(dtype.label(), dtype));
            }
        }
        assertThat(scalars).hasSize(Dtype.values().length - 3);
        assertReadBack(scalars, Map.of());
    }

    @Test
    void keepsRandomFiles() {
        for (int round = 0; round < 200; round++) {
            Map<String, TensorSpec> tensors = new HashMap<>();
            for (int i = random.nextInt(8); i > 0; i--) {
                String name = randomText();
                Dtype dtype = DTYPES.get(random.nextInt(DTYPES.size()));
                tensors.put(name, new TensorSpec(name, dtype, random.nextInt(4), 8, random.nextInt(5)));
            }
            Map<String, String> metadata = new HashMap<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                metadata.put(randomText(), randomText());
            }
            assertReadBack(List.copyOf(tensors.values()), metadata);
        }
    }
}
