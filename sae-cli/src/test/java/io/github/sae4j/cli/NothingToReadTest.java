package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where no token is left, no file is written and the work has failed. */
class NothingToReadTest {

    @TempDir
    private Path folder;

    private Path small;
    private Path out;

    @BeforeEach
    void makeSae() {
        small = SmallSae.write(folder.resolve("sae"));
        out = folder.resolve("out.safetensors");
    }

    private String refused(Object in, Object... options) {
        for (String command : new String[] {"encode", "reconstruct", "eval"}) {
            List<Object> arguments = new ArrayList<>(List.of(command, in, "--sae", small));
            arguments.addAll(command.equals("eval") ? List.of() : List.of("--out", out));
            arguments.addAll(List.of(options));
            CommandRun run = sae(arguments.toArray());
            assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(1);
            assertThat(run.err()).startsWith("sae: ").hasLineCount(1);
            assertThat(out).doesNotExist();
            if (command.equals("eval")) {
                return run.err().strip();
            }
        }
        throw new AssertionError();
    }

    private Path file(String name, long... leading) {
        long[] shape = Arrays.copyOf(leading, leading.length + 1);
        shape[leading.length] = 4;
        float[] x = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        Arrays.fill(x, 1);
        return InputFiles.safetensors().floats("x", shape, x).write(folder.resolve(name));
    }

    @Test
    void filesWithoutTokens() throws IOException {
        assertThat(refused(file("none.safetensors", 0))).endsWith("none.safetensors: it has no tokens.");
        assertThat(refused(file("no-rows.safetensors", 0, 3))).endsWith("no-rows.safetensors: it has no tokens.");
        Path npy =
                InputFiles.npy(folder.resolve("none.npy"), InputFiles.npyHeader("<f4", "(0, 4)"), InputFiles.buffer(0));
        assertThat(refused(npy)).endsWith("none.npy: it has no tokens.");
        Path parquet = folder.resolve("none.parquet");
        ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(parquet))
                .withType(MessageTypeParser.parseMessageType(
                        "message m { required group x (LIST) { repeated group list { required float element; } } }"))
                .withConf(new PlainParquetConfiguration())
                .build();
        writer.close();
        assertThat(refused(parquet)).endsWith("none.parquet: tensor \"x\" has no tokens.");
        Path runs = Files.createDirectory(folder.resolve("runs"));
        Files.copy(npy, runs.resolve("1.npy"));
        Files.copy(npy, runs.resolve("2.npy"));
        assertThat(refused(runs)).endsWith("runs (2 files): none of these files has tokens.");
    }

    @ParameterizedTest
    @CsvSource({"6:7", "9:", "6:"})
    void rowsThatAreNotThere(String rows) {
        assertThat(refused(file("x.safetensors", 6), "--rows", rows))
                .endsWith("--rows " + rows + " takes no tokens: x.safetensors has 6, counted from 0.");
    }

    @Test
    void allTokensAreSkipped() {
        Path sequences = file("x.safetensors", 2, 3);

        assertThat(refused(sequences, "--skip-first", 3))
                .endsWith("--skip-first 3 leaves none of the 6 tokens of x.safetensors.");
        assertThat(refused(sequences, "--skip-first", 1, "--rows", "3:4"))
                .endsWith("--skip-first 1 leaves none of the 1 tokens of x.safetensors that --rows 3:4 takes.");
        assertThat(refused(sequences, "--max-norm-multiple", 0.5))
                .endsWith("--max-norm-multiple 0.5 leaves none of the 6 tokens of x.safetensors.");
        Path ids = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, 5, 6, 7, 8)
                .longs("tokens", 7, 8)
                .write(folder.resolve("ids.safetensors"));
        assertThat(refused(ids, "--skip-token", "7,8"))
                .endsWith("--skip-token 7,8 leaves none of the 2 tokens of ids.safetensors.");
    }
}
