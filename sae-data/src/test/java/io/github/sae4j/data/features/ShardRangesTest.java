package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.sae4j.data.TokenRange;
import org.junit.jupiter.api.Test;

class ShardRangesTest {

    @Test
    void divideTheTokensAndNoMore() {
        Shards shards = new Shards(7, 3);

        assertThat(shards.count()).isEqualTo(3);
        assertThat(shards.range(0)).isEqualTo(new TokenRange(0, 3));
        assertThat(shards.range(2)).isEqualTo(new TokenRange(6, 7));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> shards.range(3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> shards.range(-1));
    }

    @Test
    void areOneWhereThereAreNoTokens() {
        Shards shards = new Shards(0, 3);

        assertThat(shards.count()).isEqualTo(1);
        assertThat(shards.range(0)).isEqualTo(new TokenRange(0, 1));
    }

    @Test
    void mayBeAsLargeAsNumbersGo() {
        assertThat(new Shards(7, Long.MAX_VALUE).range(0)).isEqualTo(new TokenRange(0, 7));
    }
}
