package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work goes on with fewer tokens at a time where a device's memory does not suffice. */
class TokenChunksTest {

    private static final String OUT_OF_MEMORY = "CUDA out of memory. Tried to allocate 2.00 GiB.";

    /** A memory in which work on so many tokens fits, and what the work did in it. */
    private static final class Device implements TokenChunks.Memory {

        private final OptionalLong free;
        private final List<Integer> done = new ArrayList<>();
        private int fits;
        private int tries;
        private int releases;

        Device(int fits, OptionalLong free) {
            this.fits = fits;
            this.free = free;
        }

        void work(int first, int count) {
            tries++;
            if (count > fits) {
                throw new EngineException(OUT_OF_MEMORY);
            }
            IntStream.range(first, first + count).forEach(done::add);
        }

        @Override
        public void release() {
            releases++;
        }

        @Override
        public OptionalLong free() {
            return free;
        }
    }

    private static List<Integer> all(int tokens) {
        return IntStream.range(0, tokens).boxed().toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 99, 100, 1000})
    void doesAllTokensOnceAndInOrderWhateverFits(int fits) {
        Device device = new Device(fits, OptionalLong.empty());
        TokenChunks chunks = new TokenChunks("encoding", 100, device, Stop.NEVER);
        chunks.run(250, device::work);
        assertThat(device.done).isEqualTo(all(250));
        assertThat(chunks.most()).isLessThanOrEqualTo(Math.min(fits, 100)).isGreaterThan(Math.min(fits, 100) / 2 - 1);
    }

    @Test
    void goesOnFromTheTokenThatItHadReached() {
        Device device = new Device(100, OptionalLong.empty());
        TokenChunks chunks = new TokenChunks("encoding", 100, device, Stop.NEVER);
        chunks.run(400, (first, count) -> {
            device.fits = first < 200 ? 100 : 60;
            device.work(first, count);
        });
        assertThat(device.done).isEqualTo(all(400));
        assertThat(device.tries).isEqualTo(2 + 1 + 4);
        assertThat(device.releases).isEqualTo(1);
    }

    @Test
    void remembersWhatFitted() {
        Device device = new Device(30, OptionalLong.empty());
        TokenChunks chunks = new TokenChunks("encoding", 100, device, Stop.NEVER);
        chunks.run(100, device::work);
        assertThat(chunks.most()).isEqualTo(25);
        assertThat(device.releases).isEqualTo(2);
        device.tries = 0;
        chunks.run(100, device::work);
        assertThat(device.tries).isEqualTo(4);
        assertThat(device.releases).isEqualTo(2);
    }

    @Test
    void halvesTheTokensThatThereWereNotTheMostThatThereMayBe() {
        Device device = new Device(9, OptionalLong.empty());
        TokenChunks chunks = new TokenChunks("decoding", Integer.MAX_VALUE, device, Stop.NEVER);
        chunks.run(16, device::work);
        assertThat(device.tries).isEqualTo(3);
        assertThat(chunks.most()).isEqualTo(8);
    }

    @Test
    void saysWhatWasDoneAndWhatIsFreeWhereASingleTokenDoesNotFit() {
        TokenChunks known = new TokenChunks("encoding", 8, new Device(0, OptionalLong.of(1234)), Stop.NEVER);
        assertThatThrownBy(() -> known.run(8, new Device(0, OptionalLong.empty())::work))
                .isInstanceOf(SaeException.class)
                .hasMessage("The device ran out of memory encoding a single token, with 1234 bytes free.")
                .hasRootCauseMessage(OUT_OF_MEMORY);
        TokenChunks unknown = new TokenChunks("decoding", 8, new Device(0, OptionalLong.empty()), Stop.NEVER);
        assertThatThrownBy(() -> unknown.run(1, new Device(0, OptionalLong.empty())::work))
                .hasMessage("The device ran out of memory decoding a single token.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The following operation failed in the TorchScript interpreter.\n"
                        + "RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB.",
                "CUDA error: out of memory",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"
            })
    void knowsEachOfTheEnginesSentences(String message) {
        List<Integer> counts = new ArrayList<>();
        new TokenChunks("encoding", 4, new Device(0, OptionalLong.empty()), Stop.NEVER).run(4, (first, count) -> {
            counts.add(count);
            if (count == 4) {
                throw new EngineException(message);
            }
        });
        assertThat(counts).containsExactly(4, 2, 2);
    }

    @Test
    void leavesEveryOtherFailureAlone() {
        Device device = new Device(0, OptionalLong.empty());
        TokenChunks chunks = new TokenChunks("encoding", 4, device, Stop.NEVER);
        for (RuntimeException failure : List.of(
                new EngineException("CUDA error: an illegal memory access was encountered"),
                new EngineException((String) null),
                new SaeException("The activations hold NaN."))) {
            assertThatThrownBy(() -> chunks.run(4, (first, count) -> {
                        throw failure;
                    }))
                    .isSameAs(failure);
        }
        assertThat(chunks.most()).isEqualTo(4);
        assertThat(device.releases).isZero();
    }
}
