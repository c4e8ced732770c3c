package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Parquet files hold the numbers that safetensors files hold. */
class ParquetFeaturesTest {

    @TempDir
    private Path folder;

    /** What is in a file: its rows, and its own metadata. */
    private record Table(List<Group> rows, Map<String, String> metadata, String schema) {

        static Table read(Path file) throws IOException {
            try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
                MessageType schema = reader.getFooter().getFileMetaData().getSchema();
                List<Group> rows = new ArrayList<>();
                for (PageReadStore pages = reader.readNextRowGroup();
                        pages != null;
                        pages = reader.readNextRowGroup()) {
                    RecordReader<Group> records = new ColumnIOFactory()
                            .getColumnIO(schema)
                            .getRecordReader(pages, new GroupRecordConverter(schema));
                    for (long row = 0; row < pages.getRowCount(); row++) {
                        rows.add(records.read());
                    }
                }
                return new Table(rows, reader.getFooter().getFileMetaData().getKeyValueMetaData(), schema.toString());
            }
        }
    }

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    private static List<Object> list(Group row, String column) {
        Group list = row.getGroup(column, 0);
        List<Object> elements = new ArrayList<>();
        for (int i = 0; i < list.getFieldRepetitionCount(0); i++) {
            Group element = list.getGroup(0, i);
            elements.add(column.equals("features") ? (Object) element.getInteger(0, 0) : element.getFloat(0, 0));
        }
        return elements;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void holdTheSameNumbers(ReferenceCase reference) throws IOException {
        Path tensors = folder.resolve("f.safetensors");
        Path rows = folder.resolve("f.parquet");

        CommandRun run = sae(
                "encode",
                reference.folder().resolve("io.safetensors"),
                "--tensor",
                "x",
                "--sae",
                reference.folder(),
                "--out",
                tensors,
                "--out",
                rows);

        assertThat(run.exitCode()).as(run.err()).isZero();
        Table table = Table.read(rows);
        long[] indptr = InputFiles.longsOf(tensors, "indptr");
        int[] indices = InputFiles.intsOf(tensors, "indices");
        float[] values = InputFiles.floatsOf(tensors, "values");
        assertThat(table.rows()).hasSize(indptr.length - 1);
        for (int token = 0; token < indptr.length - 1; token++) {
            List<Object> features = new ArrayList<>();
            List<Object> strengths = new ArrayList<>();
            for (int i = (int) indptr[token]; i < indptr[token + 1]; i++) {
                features.add(indices[i]);
                strengths.add(values[i]);
            }
            assertThat(list(table.rows().get(token), "features")).isEqualTo(features);
            assertThat(list(table.rows().get(token), "values")).isEqualTo(strengths);
            for (String factor : List.of("scale", "shift")) {
                boolean has = InputFiles.tensorsOf(tensors).contains(factor);
                assertThat(table.schema().contains("float " + factor + ";")).isEqualTo(has);
                if (has) {
                    assertThat(table.rows().get(token).getFloat(factor, 0))
                            .isEqualTo(InputFiles.floatsOf(tensors, factor)[token]);
                }
            }
        }
        Map<String, String> metadata = new HashMap<>(table.metadata());
        assertThat(metadata).isEqualTo(InputFiles.metadataOf(tensors));
    }

    @Test
    void haveARowForEachFeatureIfThatIsWanted() throws IOException {
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {3, 4}, 1, 0, 3, -4, 0, 0, 0, 0, -5, -6, 0.1f, 1e-9f)
                .write(folder.resolve("in.safetensors"));
        Path out = folder.resolve("f.parquet");

        CommandRun run = sae(
                "encode",
                input,
                "--sae",
                SmallSae.write(folder.resolve("sae")),
                "--out",
                out,
                "--long",
                "--shard-tokens",
                2);

        assertThat(run.exitCode()).as(run.err()).isZero();
        List<String> rows = new ArrayList<>();
        for (String shard : List.of("f-00001-of-00002.parquet", "f-00002-of-00002.parquet")) {
            for (Group row : Table.read(folder.resolve(shard)).rows()) {
                rows.add(row.getLong("token", 0) + " " + row.getInteger("feature", 0) + " " + row.getFloat("value", 0));
            }
        }
        assertThat(rows).containsExactly("0 0 1.0", "0 2 3.0", "2 2 0.1", "2 3 1.0E-9", "2 4 5.0", "2 5 6.0");
    }

    /** More than a row group holds. */
    @Test
    void areTheSameBytesEachTime() throws IOException {
        int tokens = 700_000;
        float[] values = new float[tokens * 4];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + i % 1000;
        }
        Path input = InputFiles.safetensors()
                .floats("x", new long[] {tokens, 4}, values)
                .write(folder.resolve("in.safetensors"));
        Path model = SmallSae.write(folder.resolve("sae"));

        for (String name : List.of("a.parquet", "b.parquet")) {
            assertThat(sae("encode", input, "--sae", model, "--out", folder.resolve(name))
                            .exitCode())
                    .isZero();
        }

        assertThat(folder.resolve("a.parquet")).hasSameBinaryContentAs(folder.resolve("b.parquet"));
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(folder.resolve("a.parquet")))) {
            assertThat(reader.getRowGroups()).hasSizeGreaterThan(1);
            assertThat(reader.getRecordCount()).isEqualTo(tokens);
        }
    }
}
