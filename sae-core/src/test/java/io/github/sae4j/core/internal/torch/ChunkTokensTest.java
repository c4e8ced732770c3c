package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Out of memory is played, for it takes a device to run out of it. */
class ChunkTokensTest {

    private final List<Integer> tried = new ArrayList<>();

    private IntFunction<Integer> roomFor(int most) {
        return tokens -> {
            tried.add(tokens);
            if (tokens > most) {
                throw new EngineException("CUDA out of memory. Tried to allocate 20.00 MiB.");
            }
            return tokens;
        };
    }

    @Test
    void halvesUntilThereIsRoomAndBeginsThereTheNextTime() {
        ChunkTokens chunks = new ChunkTokens(1024);
        assertThat(chunks.within(roomFor(300))).isEqualTo(256);
        assertThat(chunks.within(roomFor(300))).isEqualTo(256);
        assertThat(tried).containsExactly(1024, 512, 256, 256);
    }

    @Test
    void givesUpWhereThereIsNoRoomForOneToken() {
        assertThatThrownBy(() -> new ChunkTokens(3).within(roomFor(0)))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("out of memory");
        assertThat(tried).containsExactly(3, 1);
    }

    @Test
    void doesNotTryAgainAfterAnotherFailure() {
        ChunkTokens chunks = new ChunkTokens(8);
        assertThatThrownBy(() -> chunks.within(tokens -> {
                    tried.add(tokens);
                    throw new EngineException("mat1 and mat2 shapes cannot be multiplied");
                }))
                .isInstanceOf(EngineException.class);
        assertThat(tried).containsExactly(8);
    }
}
