package io.github.sae4j.data.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClosedActivationsTest {

    @Test
    void giveNoMoreTokens(@TempDir Path folder) {
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, 2, 4)), Map.of())) {
            writer.write("x", ByteBuffer.allocate(32));
            writer.commit();
        }
        Activations activations =
                Activations.from(file).openFor(InputRequirements.of("sae", SaeConfig.standard(4, 6)));
        TokenBatch batch = TokenBatch.withCapacity(1, 4);
        activations.next(batch, 1);

        activations.close();
        activations.close();

        assertThat(activations.layout().tokens()).isEqualTo(2);
        assertThatIllegalStateException()
                .isThrownBy(() -> activations.next(batch, 1))
                .withMessageContaining("x.safetensors")
                .withMessageEndingWith(" is closed.");
    }
}
