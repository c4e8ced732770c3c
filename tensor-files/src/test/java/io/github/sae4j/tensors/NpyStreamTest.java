package io.github.sae4j.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.npy.NpyImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** The header of an npy file that comes as a stream. */
class NpyStreamTest {

    private static NpyHeader read(byte[] bytes) throws IOException {
        return NpyHeader.read("standard input", new ByteArrayInputStream(bytes));
    }

    @Test
    void isReadAndNoByteBehindIt() throws IOException {
        byte[] npy = NpyImage.of(">f2", false, "(2, 3)", new byte[] {1, 2, 3});
        InputStream in = new ByteArrayInputStream(npy);
        NpyHeader header = NpyHeader.read("standard input", in);
        assertThat(in.readAllBytes()).containsExactly(1, 2, 3);
        assertThat(header.bytes()).isEqualTo(npy.length - 3);
        assertThat(header.type()).contains(ElementType.F16);
        assertThat(header.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
        assertThat(header.shape()).containsExactly(2L, 3L);
        assertThat(header.elements()).isEqualTo(6);
        assertThat(header.isRowMajor()).isTrue();
    }

    @Test
    void maySayMoreElementsThanCanBeCounted() throws IOException {
        NpyHeader header = read(NpyImage.of("<f4", true, "(9999999999, 9999999999)", new byte[0]));
        assertThatExceptionOfType(ArithmeticException.class).isThrownBy(header::elements);
        assertThat(header.isRowMajor()).isFalse();
        assertThat(read(NpyImage.of("<f4", true, "(9999999999, 9999999999, 0)", new byte[0]))
                        .elements())
                .isZero();
        assertThat(read(NpyImage.of("<U7", true, "(9, 1)", new byte[0])).type()).isEmpty();
        assertThat(read(NpyImage.of("<f4", true, "(9, 1)", new byte[0])).isRowMajor())
                .isTrue();
    }

    @Test
    void isWhole() {
        byte[] npy = NpyImage.of("<f4", false, "()", new byte[0]);
        for (int length = 0; length < npy.length; length++) {
            byte[] cut = Arrays.copyOf(npy, length);
            Reason reason = length < 10 ? Reason.WRONG_FORMAT : Reason.MALFORMED;
            assertThatThrownBy(() -> read(cut))
                    .hasMessageStartingWith("standard input: it ")
                    .isInstanceOfSatisfying(
                            TensorFileException.class,
                            e -> assertThat(e.reason()).isEqualTo(reason));
        }
    }
}
