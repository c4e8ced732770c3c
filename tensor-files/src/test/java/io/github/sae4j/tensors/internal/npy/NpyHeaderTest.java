package io.github.sae4j.tensors.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the header of an npy file may say, byte by byte. */
class NpyHeaderTest {

    private static final ErrorContext FILE = new ErrorContext("some.npz");

    private static NamedTensors read(byte[] npy) {
        return NpzFile.read(
                FILE, new HeapBytes(new ZipImage().stored("W.npy", npy).bytes()));
    }

    private static NamedTensors read(String header, int dataBytes) {
        return read(NpyImage.of(header, dataBytes));
    }

    private static void assertRefused(byte[] npy, String... words) {
        assertThatThrownBy(() -> read(npy))
                .isInstanceOf(TensorFileException.class)
                .hasMessageStartingWith("some.npz: \"W")
                .hasMessageContainingAll(words);
    }

    private static void assertRefused(String header, String... words) {
        assertRefused(NpyImage.of(header, 24), words);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
                "{\"shape\":(2,3),\"descr\":\"<f4\",\"fortran_order\":False}",
                "  { 'shape' : ( 2L , 3L , ) , 'fortran_order' : False , 'descr' : '<f4' }   \n"
            })
    void isAnyFormOfTheDictionary(String header) {
        StoredTensor tensor = read(header, 24).get("W");
        assertThat(tensor.shape()).containsExactly(2, 3);
        assertThat(tensor.isRowMajor()).isTrue();
    }

    @Test
    void hasATupleOfAnyLength() {
        assertThat(read(NpyImage.header("<f4", false, "()"), 4).get("W").shape())
                .isEmpty();
        assertThat(read(NpyImage.header("<f4", true, "(6,)"), 24).get("W").shape())
                .containsExactly(6);
        assertThat(read(NpyImage.header("<f4", true, "(3, 2)"), 24).get("W").isTransposed())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|not a Python dictionary",
                "'{'|not a Python dictionary",
                "'[]'|not a Python dictionary",
                "'{}'|no 'descr'",
                "'{} x'|not a Python dictionary",
                "{'descr': '<f4'}|no 'fortran_order'",
                "{'descr': '<f4', 'fortran_order': False}|no 'shape'",
                "{'descr': '<f4', 'descr': '<f4'}|'descr' twice",
                "{'shape': (), 'shape': ()}|'shape' twice",
                "{'x': 1}|other entries",
                "{'descr': '<f4' 'shape': ()}|not a Python dictionary",
                "{descr: '<f4'}|not a Python dictionary",
                "{'descr': '<\\x664'}|not a Python dictionary",
                "{'descr': '<f4}|not a Python dictionary",
                "{'descr': [('a', '<f4'}|not a Python dictionary",
                "{'fortran_order': 0}|neither True nor False",
                "{'fortran_order': Truex}|not a Python dictionary",
                "{'shape': 6}|not a Python dictionary",
                "{'shape': (-6,)}|not a tuple of sizes",
                "{'shape': (6.0,)}|not a Python dictionary",
                "{'shape': (6 6)}|not a Python dictionary",
                "{'shape': (0x6,)}|not a Python dictionary",
                "{'shape': (9999999999999999999,)}|size of 19 digits"
            },
            quoteCharacter = '`')
    void isNothingElse(String header, String reason) {
        String text = header.equals("''") ? "" : header.replaceAll("^'(.*)'$", "$1");
        assertRefused(text, reason);
    }

    @Test
    void doesNotDriveTheParserIntoTheDeep() {
        assertRefused("{'descr': " + "[".repeat(60_000), "not a Python dictionary");
        assertRefused("{'shape': (" + "1,".repeat(30_000), "more than 64 axes");
        assertRefused("(".repeat(60_000), "not a Python dictionary");
    }

    @Test
    void describesTheBytesThatAreThere() {
        assertRefused(NpyImage.of(NpyImage.header("<f4", false, "(2, 3)"), 23), "takes 24 bytes", "has 23");
        assertRefused(NpyImage.of(NpyImage.header("<f4", false, "(2, 3)"), 25), "takes 24 bytes", "has 25");
        assertRefused(
                NpyImage.of(NpyImage.header("<f4", false, "(999999999999, 999999999999)"), 24), "larger than any file");
        assertRefused(
                NpyImage.of(NpyImage.header("<f4", false, "(4611686018427387, 1024)"), 24), "larger than any file");
        assertThat(read(NpyImage.header("<f4", false, "(999999999999999, 0, 999999999999999)"), 0)
                        .get("W")
                        .elements())
                .isZero();
    }

    @Test
    void beginsWithMagicAndVersion() {
        assertRefused(new byte[0], "does not begin with");
        assertRefused("not an npy file".getBytes(java.nio.charset.StandardCharsets.UTF_8), "does not begin with");
        for (int version : new int[] {0, 4, -1}) {
            byte[] other = NpyImage.of(NpyImage.header("<f4", false, "(2, 3)"), 24);
            other[6] = (byte) version;
            assertRefused(other, "npy version " + version);
        }
        byte[] minor = NpyImage.of(NpyImage.header("<f4", false, "(2, 3)"), 24);
        minor[7] = 1;
        assertRefused(minor, "npy version 1.1");
    }

    @Test
    void endsInsideTheFile() {
        byte[] npy = NpyImage.of(NpyImage.header("<f4", false, "(2, 3)"), 0);
        for (int length = 0; length < npy.length; length++) {
            byte[] cut = Arrays.copyOf(npy, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(TensorFileException.class);
        }
        byte[] huge = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(NpyImage.start(2))
                .putInt(-1)
                .array();
        assertRefused(huge, "header has 4294967295 bytes", "at most 65536");
        assertRefused(Arrays.copyOf(NpyImage.start(2), 11), "ends within its npy header");
        assertRefused(Arrays.copyOf(huge, 11), "ends within its npy header");
    }

    @ParameterizedTest
    @ValueSource(strings = {"f4", "=f4", "|f4", "<f16", "<f3", "<c8", "<V4", "|S4", "<U4", "float32", "", "<", "|i4"})
    void namesATypeThatWeightsHave(String descr) {
        NamedTensors tensors = read(NpyImage.header(descr, false, "(2, 3)"), 24);
        assertThat(tensors.all()).isEmpty();
        assertThatThrownBy(() -> tensors.get("W"))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("its dtype \"" + descr + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"|O", "O", "<O"})
    void namesNoPickledObjects(String descr) {
        NamedTensors tensors = read(NpyImage.header(descr, false, "(2, 3)"), 24);
        assertThatThrownBy(() -> tensors.get("W"))
                .isInstanceOf(TensorFileException.class)
                .hasMessageContainingAll("pickled Python objects", "never loaded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bfloat16", "<V2", "|V2"})
    void namesBfloat16InItsWays(String descr) {
        assertThat(read(NpyImage.header(descr, false, "(3, 4)"), 24).get("W").type())
                .isEqualTo(io.github.sae4j.tensors.ElementType.BF16);
    }
}
