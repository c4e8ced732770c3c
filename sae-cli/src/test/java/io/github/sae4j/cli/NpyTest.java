package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** NumPy files are read when they are sound, and refused with the reason when they are not. */
class NpyTest {

    private static final float[] VALUES = {1, 0, 3, -4, -5, -6, 0, 7};

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path out;
    private Path in;

    @BeforeEach
    void makeSae() {
        smallSae = SmallSae.write(folder.resolve("small"));
        out = folder.resolve("out.safetensors");
        in = folder.resolve("in.npy");
    }

    private CommandRun encode() {
        return sae("encode", in, "--sae", smallSae, "--out", out);
    }

    private static ByteBuffer values(String descr) {
        ByteOrder order = descr.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        ByteBuffer buffer = ByteBuffer.allocate(VALUES.length * 8).order(order);
        for (float value : VALUES) {
            switch (descr.substring(1)) {
                case "f2" -> buffer.putShort(half(value));
                case "f4" -> buffer.putFloat(value);
                default -> buffer.putDouble(value);
            }
        }
        return buffer.flip();
    }

    /** Spells a small whole number as binary16. */
    private static short half(float value) {
        if (value == 0) {
            return 0;
        }
        int exponent = Math.getExponent(value);
        int fraction = Math.round((Math.abs(value) / Math.scalb(1f, exponent) - 1) * 1024);
        return (short) ((value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction);
    }

    @ParameterizedTest
    @CsvSource({"<f2,1", "<f4,1", "<f8,1", ">f2,1", ">f4,1", ">f8,1", "<f4,2", "<f4,3"})
    void givesTheSameFeaturesAsSafetensors(String descr, int version) {
        InputFiles.npy(in, version, InputFiles.npyHeader(descr, "(2, 4)"), values(descr));
        Path same = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, VALUES)
                .write(folder.resolve("same.safetensors"));
        Path expected = folder.resolve("expected.safetensors");

        assertThat(sae("encode", same, "--sae", smallSae, "--out", expected).exitCode())
                .isZero();
        CommandRun run = encode();

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.longsOf(out, "indptr")).isEqualTo(InputFiles.longsOf(expected, "indptr"));
        assertThat(InputFiles.intsOf(out, "indices")).isEqualTo(InputFiles.intsOf(expected, "indices"));
        assertThat(InputFiles.floatsOf(out, "values")).isEqualTo(InputFiles.floatsOf(expected, "values"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'shape': (2, 4), 'fortran_order': False, 'descr': '<f4'}",
                "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2,4)}\n",
                "  {'descr':'<f4','fortran_order':False,'shape':(2,4,),}"
            })
    void readsTheHeaderHoweverItIsSpelled(String header) {
        InputFiles.npy(in, header, values("<f4"));

        assertThat(encode().exitCode()).isZero();
    }

    @Test
    void fortranOrderOfASingleAxisIsTheSameOrder() {
        InputFiles.npy(
                in,
                "{'descr': '<f4', 'fortran_order': True, 'shape': (4,)}",
                values("<f4").limit(16));

        assertThat(encode().exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '#',
            quoteCharacter = '~',
            value = {
                "{'descr': '|O', 'fortran_order': False, 'shape': (2, 4)}#pickled Python objects, which are never loaded",
                "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 4)}#column by column (Fortran order)",
                "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 4)}#dtype is '<i8', but activations are",
                "{'descr': '<V2', 'fortran_order': False, 'shape': (2, 4)}#as of bfloat16, which npy cannot name",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 4)}#records of several fields",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}#takes 48 bytes, but it has 32",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4)}#takes 16 bytes, but it has 32",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -4)}#shape is not a tuple of sizes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4.0)}#cannot be read from character",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999, 4)}#takes",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999999999, 999999999999999999)}#larger than any file",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9999999999999999999,)}#a size of 19 digits",
                "{'descr': '<f4', 'fortran_order': 'False', 'shape': (2, 4)}#'fortran_order' is neither True nor False",
                "{'descr': '<f4', 'fortran_order': False}#no 'shape'",
                "{'fortran_order': False, 'shape': (2, 4)}#no 'descr'",
                "{'descr': '<f4', 'shape': (2, 4), 'shape': (2, 4), 'fortran_order': False}#'shape' twice",
                "{'descr': '<f4', 'shape': (2, 4), 'fortran_order': False, 'more': True}#other entries",
                "{'descr': '<f4' 'shape': (2, 4)}#cannot be read from character",
                "__import__('os')#not a Python dictionary"
            })
    void refusesAHeaderThatItCannotTrust(String header, String reason) {
        InputFiles.npy(in, header, values("<f4"));

        CommandRun run = encode();

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("sae: " + in + ": ").contains(reason).hasLineCount(1);
        assertThat(CommandRun.namesIn(folder)).containsExactly("in.npy", "small");
    }

    @Test
    void refusesAnotherKindOfFile() {
        InputFiles.write(in, "PK and something else".getBytes(StandardCharsets.UTF_8));

        assertThat(encode().err()).contains("it is not an npy file");
    }

    @Test
    void refusesAnUnknownVersion() {
        InputFiles.npy(in, 4, InputFiles.npyHeader("<f4", "(2, 4)"), values("<f4"));

        assertThat(encode().err()).contains("npy version 4.0, but 1.0, 2.0 and 3.0 are read");
    }

    @Test
    void refusesAFileThatEndsWithinItsHeader() {
        InputFiles.write(in, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0, '{'});

        assertThat(encode().err()).contains("it ends within its npy header");
    }

    @Test
    void claimsOfAHugeHeaderAllocateNothing() {
        InputFiles.write(in, new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, '{'});

        assertThat(encode().err()).contains("npy header has 4294967295 bytes, but at most 65536 are read");
    }

    @Test
    void tensorOptionHasNothingToChoose() {
        InputFiles.npy(in, InputFiles.npyHeader("<f4", "(2, 4)"), values("<f4"));

        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--tensor", "x");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("one array without a name");
    }
}
