package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Work that fails ends with one sentence and exit code 1, and leaves the folder as it was. */
class FailuresTest {

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path out;
    private Path in;

    @BeforeEach
    void makeFiles() throws IOException {
        smallSae = SmallSae.write(folder.resolve("small"));
        Path work = Files.createDirectory(folder.resolve("work"));
        out = work.resolve("out.safetensors");
        in = work.resolve("in.safetensors");
    }

    private void assertFails(String sentence, Object... arguments) {
        CommandRun run = sae(arguments);
        assertThat(run.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(out).doesNotExist();
        assertThat(CommandRun.namesIn(out.getParent())).isSubsetOf("in.safetensors", "in.csv", "in.npy");
    }

    private void assertEncodeFails(String sentence) {
        assertFails(sentence, "encode", in, "--sae", smallSae, "--out", out);
        assertFails(sentence, "encode", in, "--sae", smallSae, "--out", out, "--dense");
        assertFails(sentence, "reconstruct", in, "--sae", smallSae, "--out", out);
    }

    @Test
    void missingInput() {
        assertEncodeFails(in + ": there is no such file.");
        assertFails("there is no such file", "decode", in, "--sae", smallSae, "--out", out);
    }

    @Test
    void folderWithoutActivations() throws IOException {
        in = Files.createDirectory(folder.resolve("empty"));
        assertEncodeFails(
                in + ": this folder has no .safetensors, .npy, .npz, .parquet, .arrow, .pt or .memmap file in it.");
        assertFails(
                in + ": this is a folder, but features are read from one .safetensors file",
                "decode",
                in,
                "--sae",
                smallSae,
                "--out",
                out);
    }

    @Test
    void unknownKindOfFile() throws IOException {
        in = Files.writeString(in.resolveSibling("in.csv"), "PK");
        assertEncodeFails("its name ends in none of .safetensors, .npy, .npz, .parquet, .arrow, .pt and .memmap");
        assertFails("features are read from .safetensors files", "decode", in, "--sae", smallSae, "--out", out);
    }

    @Test
    void brokenFile() throws IOException {
        Files.write(in, "garbage".getBytes(StandardCharsets.UTF_8));
        assertEncodeFails(in.toString());
    }

    @Test
    void otherModelsFile() {
        InputFiles.safetensors().floats("x", new long[] {1, 5}, 1, 2, 3, 4, 5).write(in);
        assertEncodeFails("in.safetensors: tensor \"x\" has 5 columns, but " + smallSae
                + " takes d_in = 4. Is this another model's file?");
    }

    @Test
    void severalTensorsThatFit() {
        InputFiles.safetensors()
                .floats("a", new long[] {1, 4}, 1, 2, 3, 4)
                .floats("b", new long[] {4}, 1, 2, 3, 4)
                .floats("c", new long[] {1}, 1)
                .write(in);
        assertEncodeFails(
                in + ": 2 tensors could be the activations; choose one with --tensor: a F32 [1, 4], b F32 [4].");
    }

    @Test
    void noTensorThatFits() {
        InputFiles.safetensors()
                .floats("a", new long[] {1, 3}, 1, 2, 3)
                .floats("b", new long[] {1, 2}, 1, 2)
                .write(in);
        assertEncodeFails("no floating-point tensor has 4 columns, d_in of " + smallSae
                + "; the file holds a F32 [1, 3], b F32 [1, 2].");
    }

    @Test
    void noTensorAtAll() {
        InputFiles.safetensors().write(in);
        assertEncodeFails("the file holds no tensor.");
    }

    @Test
    void unknownTensorName() {
        InputFiles.safetensors().floats("a", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        assertFails(
                "there is no tensor \"b\"; the file holds a F32 [1, 4].",
                "encode",
                in,
                "--sae",
                smallSae,
                "--out",
                out,
                "--tensor",
                "b");
    }

    @Test
    void tensorOfWholeNumbers() {
        InputFiles.safetensors()
                .raw("ids", Dtype.I32, new long[] {1, 4}, InputFiles.buffer(16))
                .write(in);
        assertFails(
                "tensor \"ids\" is I32, but activations are F16, BF16, F32 or F64.",
                "encode",
                in,
                "--sae",
                smallSae,
                "--out",
                out,
                "--tensor",
                "ids");
    }

    @Test
    void nonFiniteActivations() {
        float[] values = new float[12];
        values[9] = Float.NaN;
        InputFiles.safetensors().floats("x", new long[] {3, 4}, values).write(in);
        assertFails(
                in + ": tensor \"x\" has NaN at token 2, column 1; --allow-non-finite lets such values through.",
                "encode",
                in,
                "--sae",
                smallSae,
                "--out",
                out,
                "--batch-tokens",
                2);
        assertEncodeFails("NaN at token 2, column 1");
    }

    @Test
    void activationsBeyondFloat32() {
        ByteBuffer values = InputFiles.buffer(32);
        values.putDouble(8, 1e300);
        InputFiles.safetensors().raw("x", Dtype.F64, new long[] {1, 4}, values).write(in);
        assertEncodeFails("tensor \"x\" has Infinity as float32 at token 0, column 1;");
    }

    @Test
    void emptyNamesOfFiles() {
        assertFails("the name of the file to be read is empty", "encode", "", "--sae", smallSae, "--out", out);
        assertFails("the name of the file to be read is empty", "decode", "", "--sae", smallSae, "--out", out);
    }

    @Test
    void missingSae() {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        smallSae = folder.resolve("nowhere");
        assertEncodeFails("nowhere");
    }

    @Test
    void cudaWhereThereIsNone() {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        assertFails("cuda", "encode", in, "--sae", smallSae, "--out", out, "--device", "cuda:99");
    }

    @Test
    void missingFolderOfTheOutput() {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        out = in.resolveSibling("nowhere").resolve("out.safetensors");
        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).isEqualToIgnoringNewLines("sae: " + out + ": its folder does not exist.");
    }

    @Test
    void folderAsOutput() throws IOException {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        Path taken = Files.createDirectory(folder.resolve("taken.safetensors"));
        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", taken, "--force");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("this is a folder, but --out names a file");
    }

    @Test
    void existingOutputIsKeptWithoutForce() throws IOException {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        Files.writeString(out, "precious");
        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("sae: " + out + ": this file exists already; --force replaces it.");
        assertThat(out).hasContent("precious");
    }

    @Test
    void existingOutputIsKeptWhenForcedWorkFails() throws IOException {
        InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, Float.NaN)
                .write(in);
        Files.writeString(out, "precious");
        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--force", "--dense");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(out).hasContent("precious");
        assertThat(CommandRun.namesIn(out.getParent())).containsExactly("in.safetensors", "out.safetensors");
    }

    @Test
    void forceReplacesTheOutput() throws IOException {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        Files.writeString(out, "precious");
        assertThat(sae("encode", in, "--sae", smallSae, "--out", out, "--force").exitCode())
                .isZero();
        assertThat(InputFiles.intsOf(out, "indices")).containsExactly(0, 1, 2, 3);
        assertThat(CommandRun.namesIn(out.getParent())).containsExactly("in.safetensors", "out.safetensors");
    }

    @Test
    void verboseShowsWhere() {
        CommandRun run = sae("encode", in, "--sae", smallSae, "--out", out, "--verbose");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("sae: " + in).contains("DataException").contains("\tat ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nope", "nope:layer_3", "my-sae"})
    void aNameThatIsNeitherAFoldersNorAReleasesIsSaidToBeNeither(String name) {
        InputFiles.safetensors().floats("x", new long[] {1, 4}, 1, 2, 3, 4).write(in);
        for (String command : List.of("eval", "info")) {
            CommandRun run = command.equals("info") ? sae("info", name) : sae("eval", in, "--sae", name);

            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("sae: No folder or file here is called " + name + ". ")
                    .contains("release")
                    .contains("\"" + name.replaceFirst(":.*", "") + "\"")
                    .contains("The nearest ")
                    .hasLineCount(1);
        }
    }
}
