package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is done with a batch does not keep the next from being computed. */
class BatchesTest {

    private static final int TOKENS = 10;

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;
    private Activations activations;

    @BeforeEach
    void open() {
        sae = SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
        int dIn = sae.config().dIn();
        ByteBuffer numbers = ByteBuffer.allocate(TOKENS * dIn * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int token = 0; token < TOKENS; token++) {
            numbers.putFloat(token * dIn * Float.BYTES, token);
        }
        Path file = folder.resolve("x.safetensors");
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(file, List.of(new TensorSpec("x", Dtype.F32, TOKENS, dIn)), Map.of())) {
            writer.write("x", numbers);
            writer.commit();
        }
        activations = Activations.from(file).openFor(sae);
    }

    @AfterEach
    void close() {
        activations.close();
        sae.close();
    }

    @Test
    void theNextBatchIsComputedWhileOneIsTaken() {
        CountDownLatch second = new CountDownLatch(2);
        List<Float> taken = new ArrayList<>();

        EncodingPass.of(activations, sae, 4)
                .pass(
                        Long.MAX_VALUE,
                        BatchesTest::ignore,
                        batch -> {
                            second.countDown();
                            return batch.rows()[0][0];
                        },
                        (batch, first) -> {
                            assertThat(await(second)).isTrue();
                            // A batch is not filled again before it is taken.
                            assertThat(batch.rows()[0][0]).isEqualTo(first);
                            taken.add(first);
                        });

        assertThat(taken).containsExactly(0f, 4f, 8f);
    }

    private static void ignore(int tokens) {}

    @Test
    void aStepThatCannotWriteEndsThePass() {
        IOException full = new IOException("No space left on device");

        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> EncodingPass.of(activations, sae, 4).encodeAll((batch, features) -> {
                    throw full;
                }))
                .withCause(full);
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(5, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void noMoreIsReadThanIsAskedFor() {
        EncodingPass batches = EncodingPass.of(activations, sae, 2);
        List<Integer> counts = new ArrayList<>();

        batches.encodeNext(3, BatchesTest::ignore, (batch, features) -> counts.add(batch.count()));
        batches.skip(4);
        batches.encodeNext(
                Long.MAX_VALUE,
                BatchesTest::ignore,
                (batch, features) -> counts.add((int) batch.rows()[batch.count() - 1][0]));

        assertThat(counts).containsExactly(2, 1, 8, 9);
    }

    @Test
    void whatIsThrownOnTheOtherSideIsThrownHere() {
        IllegalStateException failure = new IllegalStateException("full");

        assertThatThrownBy(() -> EncodingPass.of(activations, sae, 1)
                        .encodeNext(TOKENS, BatchesTest::ignore, (batch, features) -> {
                            throw failure;
                        }))
                .isSameAs(failure);
    }
}
