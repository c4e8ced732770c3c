package io.github.sae4j.tensors.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of a file elsewhere, what is looked at is fetched, once. */
class RemoteBytesTest {

    private static final int BLOCK = RemoteBytes.BLOCK;

    private final byte[] file = new byte[3 * BLOCK + 100];
    private final List<String> fetched = new ArrayList<>();
    private final RemoteBytes remote = new RemoteBytes(new ErrorContext("far"), file.length, (from, count) -> {
        fetched.add(from + "+" + count);
        return Arrays.copyOfRange(file, (int) from, (int) from + count);
    });

    @BeforeEach
    void fill() {
        new Random(1).nextBytes(file);
    }

    @Test
    void keepsBlocksAndReadsAcrossThem() {
        assertThat(remote.read(BLOCK - 3, 7)).isEqualTo(Arrays.copyOfRange(file, BLOCK - 3, BLOCK + 4));
        assertThat(remote.read(0, BLOCK)).isEqualTo(Arrays.copyOf(file, BLOCK));
        assertThat(remote.read(BLOCK + 5, 8)).isEqualTo(Arrays.copyOfRange(file, BLOCK + 5, BLOCK + 13));

        assertThat(fetched).containsExactly("0+" + BLOCK, BLOCK + "+" + BLOCK);
    }

    @Test
    void endsWithTheFile() {
        assertThat(remote.read(file.length - 5, 5)).isEqualTo(Arrays.copyOfRange(file, file.length - 5, file.length));
        assertThat(remote.read(file.length, 0)).isEmpty();

        assertThat(fetched).containsExactly(3 * BLOCK + "+100");
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> remote.read(file.length - 5, 6));
    }

    @Test
    void fetchesLargePartsAsTheyAreAskedFor() {
        assertThat(remote.read(7, BLOCK + 1)).isEqualTo(Arrays.copyOfRange(file, 7, BLOCK + 8));
        byte[] slice = new byte[20];
        remote.slice(2 * BLOCK - 10, 20).get(slice);
        assertThat(slice).isEqualTo(Arrays.copyOfRange(file, 2 * BLOCK - 10, 2 * BLOCK + 10));

        assertThat(fetched).containsExactly("7+" + (BLOCK + 1), BLOCK + "+" + BLOCK, 2 * BLOCK + "+" + BLOCK);
    }
}
