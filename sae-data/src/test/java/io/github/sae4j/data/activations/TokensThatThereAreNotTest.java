package io.github.sae4j.data.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Numbers of tokens, layers and axes that there cannot be are refused where they are given, not passed over. */
class TokensThatThereAreNotTest {

    private static final InputRequirements EXPECTED = InputRequirements.of("sae", SaeConfig.standard(2, 6));

    @TempDir
    private Path folder;

    @Test
    void areNotReadInBatchesOfNone() {
        try (Activations three = open(1, 2, 3, 4, 5, 6)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> three.batches(0))
                    .withMessage("A batch must have 1 token at least, but was asked for 0.");
        }
    }

    @Test
    void areNotPassedOverNorAnywhere() {
        try (Activations three = open(1, 2, 3, 4, 5, 6)) {
            three.skip(2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> three.skip(2))
                    .withMessage("From 0 to 1 tokens of x.safetensors can be passed over, but 2 were to be.");
            assertThatIllegalArgumentException().isThrownBy(() -> three.skip(-1));
            assertThatThrownBy(() -> three.place(3)).isInstanceOf(IndexOutOfBoundsException.class);

            TokenBatch last = three.batches(4).iterator().next();
            assertThat(last.rows()).isDeepEqualTo(new float[][] {{5, 6}});
        }
    }

    @Test
    void areNotInABatch() {
        TokenBatch batch = TokenBatch.withCapacity(2, 3);
        assertThatIllegalArgumentException().isThrownBy(() -> batch.filled(3));
        assertThatIllegalArgumentException().isThrownBy(() -> batch.filled(-1));
        assertThatThrownBy(() -> batch.skip(2)).isInstanceOf(IndexOutOfBoundsException.class);
        batch.skip(1);
        assertThatIllegalArgumentException().isThrownBy(() -> batch.filled(1));
        batch.filled(2);
        assertThat(batch.keptCount()).isEqualTo(1);

        batch.clear();
        batch.filled(1);
        assertThatThrownBy(() -> batch.skip(1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void areNotLaidOut() {
        assertThatIllegalArgumentException().isThrownBy(() -> Layout.of("x", new long[] {-2, -3}, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Layout.of("x", new long[] {2}, -1));
    }

    @Test
    void areNotOfLayersThatALayoutHasNot() {
        try (ReconstructionOutput output = ReconstructionOutput.create(
                ReconstructionTarget.of(OutputFile.of(folder.resolve("r.npy"))),
                Layout.of(2),
                1,
                Provenance.builder().name("sae").build())) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> output.write(new float[][][] {{{1}, {2}}}))
                    .withMessage("A token has 2 layers, but the layout has 0.");
        }
    }

    @Test
    void mayBeInfiniteWhereTheBuilderOrTheRequirementsSaySo() {
        try (Activations refused = open(1, Float.NaN)) {
            assertThatThrownBy(() -> refused.next(TokenBatch.withCapacity(1, 2), 1))
                    .isInstanceOf(DataException.class);
        }
        try (Activations builders = Activations.from(folder.resolve("x.safetensors"))
                .allowNonFinite(true)
                .openFor(EXPECTED)) {
            TokenBatch batch = TokenBatch.withCapacity(1, 2);
            builders.next(batch, 1);
            assertThat(batch.rows()[0]).containsExactly(1, Float.NaN);
        }
    }

    private Activations open(float... numbers) {
        Path file = folder.resolve("x.safetensors");
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        try (SafetensorsWriter writer = SafetensorsWriter.create(
                file, List.of(new TensorSpec("x", Dtype.F32, numbers.length / 2, 2)), Map.of())) {
            writer.write("x", bytes);
            writer.commit();
        }
        return Activations.from(file).openFor(EXPECTED);
    }
}
