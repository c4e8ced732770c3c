package io.github.sae4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseFeatures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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

class StreamLargeFileTest {

    /** More than two batches. */
    private static final int TOKENS = 2500;

    @TempDir
    private Path folder;

    @Test
    void writesTheFeaturesOfEveryBatch() throws IOException {
        SmallSae small = SmallSae.in(folder, TOKENS);
        SparseFeatures features = small.features(TOKENS);
        Path written = folder.resolve("features.parquet");

        List<String> printed = Printed.by(StreamLargeFile::main, small.folder(), small.file(), written);

        assertThat(rows(written))
                .isEqualTo(IntStream.range(0, TOKENS).mapToObj(features::active).toList());
        assertThat(printed)
                .containsExactly(
                        "40 % of 2500 tokens",
                        "81 % of 2500 tokens",
                        "100 % of 2500 tokens",
                        "features.parquet: " + Files.size(written) + " bytes");
    }

    private static List<List<Feature>> rows(Path file) throws IOException {
        List<List<Feature>> rows = new ArrayList<>();
        try (ParquetFileReader reader = ParquetFileReader.open(new LocalInputFile(file))) {
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long row = 0; row < pages.getRowCount(); row++) {
                    rows.add(features(records.read()));
                }
            }
        }
        return rows;
    }

    private static List<Feature> features(Group row) {
        Group indices = row.getGroup("features", 0);
        Group values = row.getGroup("values", 0);
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < indices.getFieldRepetitionCount(0); i++) {
            features.add(new Feature(
                    indices.getGroup(0, i).getInteger(0, 0),
                    values.getGroup(0, i).getFloat(0, 0)));
        }
        return features;
    }
}
