package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations of which bytes have changed, or that are no file, are refused in words of their owner's. */
class DamagedActivationsTest {

    private static final int TOKENS = 300;

    @TempDir
    private Path folder;

    private String eval(Path in, Object... options) {
        Object[] command = {"eval", in, "--sae", SmallSae.write(folder.resolve("sae"))};
        Object[] all = Arrays.copyOf(command, command.length + options.length);
        System.arraycopy(options, 0, all, command.length, options.length);
        CommandRun run = sae(all);
        assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
        assertThat(run.err()).hasLineCount(1).doesNotContain("null");
        return run.err().strip();
    }

    private byte[] npy() throws IOException {
        ByteBuffer values = InputFiles.buffer(TOKENS * 16);
        for (int i = 0; i < TOKENS * 4; i++) {
            values.putFloat(i * 0.37f);
        }
        return Files.readAllBytes(InputFiles.npy(
                folder.resolve("x.npy"), InputFiles.npyHeader("<f4", "(" + TOKENS + ", 4)"), values.flip()));
    }

    private static byte[] npz(int method, byte[] array) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(out)) {
            ZipEntry entry = new ZipEntry("x.npy");
            entry.setMethod(method);
            if (method == ZipEntry.STORED) {
                CRC32 crc32 = new CRC32();
                crc32.update(array);
                entry.setSize(array.length);
                entry.setCrc(crc32.getValue());
            }
            zip.putNextEntry(entry);
            zip.write(array);
            zip.closeEntry();
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 512})
    void aFlippedBitOfAnNpzFileIsNoticed(int batchTokens) throws IOException {
        byte[] archive = npz(ZipEntry.STORED, npy());
        archive[archive.length / 2] ^= 1;
        Path in = Files.write(folder.resolve("flipped.npz"), archive);

        assertThat(eval(in, "--batch-tokens", batchTokens))
                .contains(
                        "flipped.npz: \"x.npy\": it is damaged: the CRC-32 of its bytes is ",
                        ", but the archive says ");
    }

    @Test
    void aCompressedNpzFileOfWhichBytesHaveChangedIsDamaged() throws IOException {
        byte[] archive = npz(ZipEntry.DEFLATED, npy());
        for (int at = 60; at < archive.length - 200; at += 97) {
            byte[] changed = archive.clone();
            changed[at] ^= 0x55;
            assertThat(eval(Files.write(folder.resolve("x.npz"), changed))).contains("x.npz");
        }
    }

    private byte[] parquet() throws IOException {
        MessageType type = MessageTypeParser.parseMessageType(
                "message m { required group x (LIST) { repeated group list { required float element; } } }");
        Path whole = folder.resolve("whole.parquet");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(whole))
                .withType(type)
                .withConf(new PlainParquetConfiguration())
                .build()) {
            for (int token = 0; token < TOKENS; token++) {
                Group row = new SimpleGroup(type);
                Group list = row.addGroup("x");
                for (int column = 0; column < 4; column++) {
                    list.addGroup(0).append("element", (float) (token % 5 + column));
                }
                writer.write(row);
            }
        }
        return Files.readAllBytes(whole);
    }

    @Test
    void aFlippedBitOfAParquetPageIsNoticed() throws IOException {
        byte[] bytes = parquet();
        int oneAndTwo = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\0\0\u0080?\0\0\0@");
        assertThat(oneAndTwo).isPositive();
        for (int at = oneAndTwo; at < oneAndTwo + 8; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 1;

            assertThat(eval(Files.write(folder.resolve("x.parquet"), changed)))
                    .contains("x.parquet: it cannot be read as Parquet (", "CRC checksum verification failed");
        }
    }

    @Test
    void aChangedHeaderOfAParquetPageIsRefusedOrChangesNothing() throws IOException {
        byte[] bytes = parquet();
        Path in = Files.write(folder.resolve("x.parquet"), bytes);
        Object[] command = {"eval", in, "--sae", SmallSae.write(folder.resolve("sae")), "--json"};
        String unchanged = sae(command).out();
        int refused = 0;
        for (int at = 4; at < 60; at++) {
            byte[] changed = bytes.clone();
            changed[at] ^= 0x1f;
            Files.write(in, changed);

            CommandRun run = sae(command);

            if (run.exitCode() == 0) {
                assertThat(run.out()).as("byte " + at).isEqualTo(unchanged);
            } else {
                assertThat(run.exitCode()).as("byte " + at).isEqualTo(1);
                assertThat(run.err())
                        .as("byte " + at)
                        .hasLineCount(1)
                        .contains("x.parquet: ")
                        .doesNotContain("null", "dicHeader", "An unexpected failure");
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(45);
    }

    @Test
    void aPipeIsNoFile() throws IOException, InterruptedException {
        Path pipe = folder.resolve("x.npy");
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/mkfifo")), "there are no pipes with names");
        assertThat(new ProcessBuilder("/usr/bin/mkfifo", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();

        assertThat(eval(pipe))
                .endsWith(
                        "x.npy: this is a pipe or a device, of which only what comes next can be read; an npy file can"
                                + " come from standard input, which is called -.");
        CommandRun decode = sae(
                "decode",
                pipe,
                "--sae",
                SmallSae.write(folder.resolve("sae")),
                "--out",
                folder.resolve("out.safetensors"));
        assertThat(decode.err()).contains("x.npy: this is a pipe or a device, but a file is needed.");
    }

    @Test
    void complexNumbersOfPyTorchAreNamed() throws IOException {
        byte[] pickle = "\u0080\u0002ctorch\nComplexFloatStorage\n.".getBytes(StandardCharsets.ISO_8859_1);
        Path in = folder.resolve("x.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(in))) {
            zip.putNextEntry(new ZipEntry("x/data.pkl"));
            zip.write(pickle);
            zip.closeEntry();
        }

        assertThat(eval(in)).contains("x.pt", "complex numbers", "torch.view_as_real(x)");
    }
}
