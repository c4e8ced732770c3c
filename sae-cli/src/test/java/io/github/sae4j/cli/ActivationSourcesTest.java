package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same activations give the same features, in however many files and of whatever kind they lie. */
class ActivationSourcesTest {

    private static final ReferenceCase REFERENCE = ReferenceCase.named("standard-f32");
    private static final int D_IN = 32;

    @TempDir
    private Path folder;

    private Path runs;
    private float[] x;
    private int tokens;

    @BeforeEach
    void makeFolder() throws IOException {
        runs = Files.createDirectory(folder.resolve("runs"));
        x = REFERENCE.input();
        tokens = x.length / D_IN;
    }

    private float[] tokens(int from, int to) {
        return Arrays.copyOfRange(x, from * D_IN, to * D_IN);
    }

    private static ByteBuffer bytes(float[] values) {
        ByteBuffer buffer = InputFiles.buffer(values.length * Float.BYTES);
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static String header(int tokens) {
        return InputFiles.npyHeader("<f4", "(" + tokens + ", " + D_IN + ")");
    }

    private void safetensors(String name, int from, int to) {
        InputFiles.safetensors()
                .floats("x", new long[] {to - from, D_IN}, tokens(from, to))
                .write(runs.resolve(name));
    }

    private void npy(String name, int from, int to) {
        InputFiles.npy(runs.resolve(name), header(to - from), bytes(tokens(from, to)));
    }

    private void npz(String name, int method, String member, byte[] array) throws IOException {
        try (OutputStream file = Files.newOutputStream(runs.resolve(name));
                ZipOutputStream zip = new ZipOutputStream(file)) {
            ZipEntry ids = new ZipEntry("token_ids.npy");
            zip.putNextEntry(ids);
            zip.write(npyBytes(InputFiles.npyHeader("<i8", "(2,)"), InputFiles.buffer(16)));
            zip.closeEntry();
            ZipEntry entry = new ZipEntry(member + ".npy");
            entry.setMethod(method);
            if (method == ZipEntry.STORED) {
                CRC32 crc = new CRC32();
                crc.update(array);
                entry.setSize(array.length);
                entry.setCrc(crc.getValue());
            }
            zip.putNextEntry(entry);
            zip.write(array);
            zip.closeEntry();
        }
    }

    private byte[] npyBytes(String header, ByteBuffer values) throws IOException {
        return Files.readAllBytes(InputFiles.npy(folder.resolve("array.npy"), header, values));
    }

    /** Asserts that encoding gives SAELens's features of all tokens, and returns the metadata's source. */
    private String assertAllFeatures(String input, Object... options) {
        Path out = folder.resolve("out.safetensors");
        Object[] command = {
            "encode", input, "--sae", REFERENCE.folder(), "--out", out, "--dense", "--force", "--batch-tokens", 3
        };
        Object[] all = Arrays.copyOf(command, command.length + options.length);
        System.arraycopy(options, 0, all, command.length, options.length);

        CommandRun run = sae(all);

        assertThat(run.exitCode()).as(run.err()).isZero();
        float[] expected = REFERENCE.expected("acts");
        float[] features = InputFiles.floatsOf(out, "features");
        assertThat(features).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(features[i]).isCloseTo(expected[i], within(1e-4f));
        }
        return InputFiles.metadataOf(out).get("source");
    }

    @Test
    void filesOfAFolderFollowOneAnotherByTheirNumbers() {
        npy("chunk-10.npy", tokens - 1, tokens);
        safetensors("chunk-2.safetensors", 0, 4);
        npy("chunk-3.npy", 4, tokens - 1);
        npy(".hidden.npy", 0, 1);
        InputFiles.write(runs.resolve("chunk-1.lock"), new byte[1]);

        assertThat(assertAllFeatures(runs.toString())).isEqualTo(runs + " (3 files)");
    }

    @Test
    void patternsChooseFiles() throws IOException {
        npy("a-1.npy", 0, 5);
        npy("a-2.npy", 5, tokens);
        npy("b-1.npy", 0, 1);
        Files.createDirectories(runs.resolve("deep/er"));
        npy("deep/er/a-3.npy", 0, 5);
        npy("deep/er/a-4.npy", 5, tokens);

        assertThat(assertAllFeatures(runs + "/a-*.npy")).isEqualTo(runs + "/a-*.npy (2 files)");
        assertAllFeatures(runs + "/a-[12].npy");
        assertAllFeatures(folder + "/r*/a-?.npy");
        assertAllFeatures(runs + "/**/a-{3,4}.npy");
    }

    @Test
    void linksAreFollowed() throws IOException {
        npy("1.npy", 0, 5);
        Path elsewhere = folder.resolve("elsewhere.npy");
        InputFiles.npy(elsewhere, header(tokens - 5), bytes(tokens(5, tokens)));
        Path link = folder.resolve("link");
        try {
            Files.createSymbolicLink(runs.resolve("2.npy"), elsewhere);
            Files.createSymbolicLink(link, runs);
        } catch (IOException | UnsupportedOperationException e) {
            assumeThat(e).as("this system lets us make links").isNull();
        }

        assertAllFeatures(link.toString());
        assertAllFeatures(link + "/*.npy");
    }

    @Test
    void aFileMayHaveTheCharactersOfAPattern() {
        npy("x[1].npy", 0, tokens);

        assertThat(assertAllFeatures(runs + "/x[1].npy")).isEqualTo("x[1].npy");
    }

    @ParameterizedTest
    @ValueSource(ints = {ZipEntry.STORED, ZipEntry.DEFLATED})
    void arraysOfAnNpzFile(int method) throws IOException {
        npz("x.npz", method, "x", npyBytes(header(tokens), bytes(x)));

        assertThat(assertAllFeatures(runs + "/x.npz")).isEqualTo("x.npz");
        assertAllFeatures(runs + "/x.npz", "--tensor", "x");
    }

    @Test
    void standardInput() throws IOException {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(npyBytes(header(tokens), bytes(x))));
        try {
            assertThat(assertAllFeatures("-")).isEqualTo("standard input");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void sequencesStayWhereAllAreOfOneLength() {
        Path out = folder.resolve("out.safetensors");
        Path small = SmallSae.write(folder.resolve("small"));
        for (int i = 0; i < 3; i++) {
            InputFiles.safetensors()
                    .floats("x", new long[] {i, 2, 4}, new float[i * 8])
                    .write(runs.resolve(i + ".safetensors"));
        }

        sae("encode", runs, "--sae", small, "--out", out);
        assertThat(InputFiles.metadataOf(out)).containsEntry("shape", "[3,2,6]");

        InputFiles.safetensors().floats("x", new long[] {5, 4}, new float[20]).write(runs.resolve("3.safetensors"));
        sae("encode", runs, "--sae", small, "--out", out, "--force");
        assertThat(InputFiles.metadataOf(out)).containsEntry("shape", "[11,6]");
    }

    @Test
    void eachFileMayBeASequenceOfItsOwn() {
        Path out = folder.resolve("out.safetensors");
        Path small = SmallSae.write(folder.resolve("small"));
        for (int i = 2; i < 4; i++) {
            float[] ones = new float[i * 4];
            Arrays.fill(ones, 1);
            InputFiles.safetensors().floats("x", new long[] {i, 4}, ones).write(runs.resolve(i + ".safetensors"));
        }

        sae("encode", runs, "--sae", small, "--out", out, "--skip-first", 1, "--sequence-length", "file");

        assertThat(InputFiles.longsOf(out, "indptr")).containsExactly(0, 0, 4, 4, 8, 12);
    }

    private void assertRefused(String input, String sentence) {
        CommandRun run = sae("encode", input, "--sae", REFERENCE.folder(), "--out", folder.resolve("out.safetensors"));
        assertThat(run.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(folder.resolve("out.safetensors")).doesNotExist();
    }

    @Test
    void nothingToRead() throws IOException {
        Files.writeString(runs.resolve("notes.txt"), "x");

        assertRefused(
                runs.toString(),
                runs + ": this folder has no .safetensors, .npy, .npz, .parquet, .arrow, .pt or .memmap file in it.");
        assertRefused(
                runs + "/*.npy",
                runs + "/*.npy: no .safetensors, .npy, .npz, .parquet, .arrow, .pt or .memmap file matches.");
        assertRefused(folder + "/none/*.npy", "there is no folder " + folder.resolve("none"));
        assertRefused(runs + "/[.npy", runs + "/[.npy: this is no pattern of file names: ");
    }

    @Test
    void aFileThatDoesNotFitTheOthers() {
        npy("1.npy", 0, tokens);
        InputFiles.npy(runs.resolve("2.npy"), InputFiles.npyHeader("<f4", "(1, 5)"), InputFiles.buffer(20));

        assertRefused(runs.toString(), runs.resolve("2.npy") + ": the array has 5 columns, but " + REFERENCE.folder());
    }

    @Test
    void headsInOneFileOnly() {
        ReferenceCase heads = ReferenceCase.named("standard-hook-z");
        float[] values = heads.input();
        InputFiles.safetensors()
                .floats("x", new long[] {1, 4, 8}, Arrays.copyOf(values, 32))
                .write(runs.resolve("1.safetensors"));
        InputFiles.safetensors()
                .floats("x", new long[] {1, 32}, Arrays.copyOf(values, 32))
                .write(runs.resolve("2.safetensors"));

        CommandRun run = sae("encode", runs, "--sae", heads.folder(), "--out", folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("cannot follow one another: one has an axis of heads, the other does not.");
    }

    @Test
    void sequencesOfTwoLengthsWhereTheyMatter() {
        ReferenceCase temporal = ReferenceCase.named("temporal-f32");
        InputFiles.safetensors()
                .floats("x", new long[] {1, 2, 16}, new float[32])
                .write(runs.resolve("1.safetensors"));
        InputFiles.safetensors()
                .floats("x", new long[] {1, 3, 16}, new float[48])
                .write(runs.resolve("2.safetensors"));

        CommandRun run = sae("encode", runs, "--sae", temporal.folder(), "--out", folder.resolve("out.safetensors"));

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("takes sequences of one length");
    }

    @Test
    void brokenArchives() throws IOException {
        Files.writeString(runs.resolve("text.npz"), "no archive");
        assertRefused(runs + "/text.npz", "an npz file is a zip archive, but it begins with");

        npz("short.npz", ZipEntry.DEFLATED, "x", npyBytes(header(tokens + 1), bytes(x)));
        assertRefused(runs + "/short.npz", "short.npz: \"x\": its shape [" + (tokens + 1) + ", 32] of <f4 takes");

        npz("whole.npz", ZipEntry.DEFLATED, "x", npyBytes(header(tokens), bytes(x)));
        byte[] whole = Files.readAllBytes(runs.resolve("whole.npz"));
        int numbers = new String(whole, StandardCharsets.ISO_8859_1).indexOf("x.npy") + 200;
        Arrays.fill(whole, numbers, numbers + 200, (byte) 0xff);
        Files.write(runs.resolve("broken.npz"), whole);
        assertRefused(runs + "/broken.npz", "broken.npz");

        String columns = "{'descr': '<f4', 'fortran_order': True, 'shape': (" + tokens + ", 32), }\n";
        npz("columns.npz", ZipEntry.STORED, "x", npyBytes(columns, bytes(x)));
        assertRefused(runs + "/columns.npz", "x <f4 in Fortran order [" + tokens + ", 32]");
    }

    @Test
    void standardInputThatEndsEarly() throws IOException {
        InputStream before = System.in;
        try {
            for (byte[] input : List.of(
                    npyBytes(header(tokens + 1), bytes(x)),
                    Arrays.copyOf(npyBytes(header(tokens), bytes(x)), 20),
                    new byte[0])) {
                System.setIn(new ByteArrayInputStream(input));
                assertRefused("-", "standard input: ");
            }
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void outputThatIsAmongTheInputs() {
        safetensors("1.safetensors", 0, 1);
        safetensors("2.safetensors", 1, 2);

        CommandRun run =
                sae("encode", runs, "--sae", REFERENCE.folder(), "--out", runs.resolve("2.safetensors"), "--force");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--out names the file that is to be read");
        assertThat(InputFiles.floatsOf(runs.resolve("2.safetensors"), "x")).isEqualTo(tokens(1, 2));
    }
}
