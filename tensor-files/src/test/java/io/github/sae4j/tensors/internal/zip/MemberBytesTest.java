package io.github.sae4j.tensors.internal.zip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.Watched;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members of archives that are gone through without keeping them. */
class MemberBytesTest {

    private static final byte[] DATA = new byte[300_000];

    static {
        new Random(1).nextBytes(DATA);
    }

    private static ByteSource member(byte[] archive) {
        ZipArchive zip = ZipArchive.read(new ErrorContext("some.zip"), new HeapBytes(archive));
        return zip.streamedBytes(zip.member("x").orElseThrow());
    }

    private static byte[] archive(boolean deflated, byte[] data) {
        return (deflated ? new ZipImage().deflated("x", data) : new ZipImage().stored("x", data)).bytes();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void areReadForwardsAndBackwards(boolean deflated) {
        ByteSource bytes = member(archive(deflated, DATA));
        for (int from : new int[] {100, 1000, 1000, 200_000, 50, 299_900, 0, 150_000, 299_000}) {
            assertThat(bytes.read(from, 100)).isEqualTo(Arrays.copyOfRange(DATA, from, from + 100));
        }
        assertThat(bytes.read(0, DATA.length)).isEqualTo(DATA);
        assertThat(bytes.read(DATA.length, 0)).isEmpty();
        ByteBuffer slice = bytes.slice(5, 10);
        assertThat(slice.get(0)).isEqualTo(DATA[5]);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void areComparedWithTheirChecksumAtTheirEnd(boolean deflated) {
        byte[] archive = archive(deflated, new byte[1000]);
        // Both headers of the member say the same wrong checksum.
        for (int at = 0; at < archive.length - 4; at++) {
            if (isHeader(archive, at)) {
                archive[at + (archive[at + 2] == 3 ? 14 : 16)] ^= 1;
            }
        }
        ByteSource bytes = member(archive);
        assertThat(bytes.read(0, 10)).containsOnly(0);
        assertThat(bytes.read(10, 980)).containsOnly(0);
        assertThatThrownBy(() -> bytes.read(990, 10))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("some.zip: \"x\": it is damaged: the CRC-32 of its bytes is");
    }

    private static boolean isHeader(byte[] archive, int at) {
        return archive[at] == 'P'
                && archive[at + 1] == 'K'
                && ((archive[at + 2] == 3 && archive[at + 3] == 4) || (archive[at + 2] == 1 && archive[at + 3] == 2));
    }

    @Test
    void goOnAfterAFault() {
        byte[] archive = archive(true, DATA);
        archive[archive.length / 2] ^= 0x55;
        ByteSource bytes = member(archive);
        assertThatThrownBy(() -> bytes.read(0, DATA.length)).isInstanceOf(TensorFileException.class);
        assertThat(bytes.read(100, 100)).isEqualTo(Arrays.copyOfRange(DATA, 100, 200));
    }

    @Test
    void takeNoMemoryOfTheirSize() {
        int size = 1 << 26;
        ByteSource bytes = member(archive(true, new byte[size]));
        ByteBuffer window = ByteBuffer.allocate(1 << 16);
        long direct = Watched.direct();
        long heap = Watched.heap();
        for (int at = 0; at < size; at += window.capacity()) {
            bytes.read(at, window.clear());
        }
        assertThat(Watched.direct()).isLessThanOrEqualTo(direct);
        assertThat(Watched.heap() - heap).isLessThan(size / 8);
    }
}
