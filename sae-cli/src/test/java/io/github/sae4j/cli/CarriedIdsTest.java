package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.LocalInputFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids of tokens go with their features, so that whoever reads these knows which token is which. */
class CarriedIdsTest {

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path in;

    @BeforeEach
    void makeFiles() {
        smallSae = SmallSae.write(folder.resolve("small"));
        in = withIds("x.safetensors", 50_256, 7, 8);
    }

    private Path withIds(String name, int... ids) {
        float[] x = new float[ids.length * 4];
        for (int token = 0; token < ids.length; token++) {
            x[token * 4] = token + 1;
            x[token * 4 + 1] = 2;
        }
        return InputFiles.safetensors()
                .floats("x", new long[] {ids.length, 4}, x)
                .ints("input_ids", ids)
                .write(folder.resolve(name));
    }

    private void encode(Object input, Object... more) {
        List<Object> arguments = new ArrayList<>(List.of("encode", input, "--sae", smallSae));
        arguments.addAll(List.of(more));
        CommandRun run = sae(arguments.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    private Path out(String name) {
        return folder.resolve(name);
    }

    private List<Group> rows(String name) throws IOException {
        List<Group> rows = new ArrayList<>();
        try (ParquetReader<Group> reader =
                new ParquetReader.Builder<Group>(new LocalInputFile(out(name)), new PlainParquetConfiguration()) {
                    @Override
                    protected GroupReadSupport getReadSupport() {
                        return new GroupReadSupport();
                    }
                }.build()) {
            for (Group row = reader.read(); row != null; row = reader.read()) {
                rows.add(row);
            }
        }
        return rows;
    }

    @Test
    void eachFormatHasThem() throws IOException {
        encode(
                in,
                "--out",
                out("f.safetensors"),
                "--out",
                out("f.npz"),
                "--out",
                out("f.jsonl"),
                "--out",
                out("f.parquet"),
                "--skip-first",
                1,
                "--sequence-length",
                "file",
                "--batch-tokens",
                2);

        assertThat(InputFiles.longsOf(out("f.safetensors"), "token_ids")).containsExactly(50_256, 7, 8);
        assertThat(NpzEntries.of(out("f.npz")).get("token_ids").longs()).containsExactly(50_256, 7, 8);
        List<Long> ids = new ArrayList<>();
        List<String> lines = Files.readAllLines(out("f.jsonl"));
        for (String line : lines) {
            JsonObject token = JsonParser.parseString(line).getAsJsonObject();
            ids.add(token.get("token_id").getAsLong());
        }
        assertThat(ids).containsExactly(50_256L, 7L, 8L);
        assertThat(rows("f.parquet").stream().map(row -> row.getLong("token_id", 0)))
                .containsExactly(50_256L, 7L, 8L);
    }

    @Test
    void theLongFormHasThemInEachRow() throws IOException {
        encode(in, "--out", out("f.parquet"), "--long", "--skip-token", 7);

        assertThat(rows("f.parquet").stream()
                        .map(row -> List.of(
                                row.getLong("token", 0),
                                (long) row.getInteger("feature", 0),
                                row.getLong("token_id", 0))))
                .containsExactly(
                        List.of(0L, 0L, 50_256L), List.of(0L, 1L, 50_256L), List.of(2L, 0L, 8L), List.of(2L, 1L, 8L));
    }

    @Test
    void theDenseFormHasThemAndDecodes() {
        encode(in, "--out", out("f.safetensors"), "--dense", "--rows", "1:");

        assertThat(InputFiles.longsOf(out("f.safetensors"), "token_ids")).containsExactly(7, 8);
        CommandRun back = sae("decode", out("f.safetensors"), "--sae", smallSae, "--out", out("back.safetensors"));
        assertThat(back.exitCode()).as(back.err()).isZero();
    }

    @Test
    void shardsHaveTheirOwn() {
        encode(in, "--out", out("f.npz"), "--shard-tokens", 2);

        assertThat(NpzEntries.of(out("f-00001-of-00002.npz")).get("token_ids").longs())
                .containsExactly(50_256, 7);
        assertThat(NpzEntries.of(out("f-00002-of-00002.npz")).get("token_ids").longs())
                .containsExactly(8);
    }

    @Test
    void thereAreNoneUnlessEveryFileHasThem() throws IOException {
        Path several = Files.createDirectory(folder.resolve("several"));
        Files.move(in, several.resolve("0.safetensors"));
        Files.move(withIds("y.safetensors", 9), several.resolve("1.safetensors"));
        encode(several, "--out", out("all.safetensors"));
        InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .raw("tokens", Dtype.F32, new long[] {1}, InputFiles.buffer(4))
                .write(several.resolve("2.safetensors"));
        encode(several, "--out", out("some.safetensors"));

        assertThat(InputFiles.longsOf(out("all.safetensors"), "token_ids")).containsExactly(50_256, 7, 8, 9);
        assertThat(InputFiles.tensorsOf(out("some.safetensors")))
                .containsExactlyInAnyOrder("indptr", "indices", "values");
    }
}
