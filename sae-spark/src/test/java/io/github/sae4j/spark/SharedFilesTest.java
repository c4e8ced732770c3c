package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An SAE at an address of Hadoop's is copied to each machine once, whole or not at all. */
class SharedFilesTest {

    @TempDir
    private Path folder;

    private List<Path> copies(Path cache) throws Exception {
        try (Stream<Path> all = Files.list(cache.resolve("sae4j/copies"))) {
            return all.filter(Files::isDirectory).toList();
        }
    }

    @Test
    void areCopiedOnceAndAgainWhenTheyChange() throws Exception {
        Corpus corpus = Corpus.in(folder, 50);
        Path cache = folder.resolve("cache");
        SparkSession session = Corpus.session().newSession();
        session.conf().set("spark.sae4j.cache", cache.toString());
        Dataset<Row> tokens = session.createDataFrame(
                corpus.dataset(2).collectAsList(), corpus.dataset(2).schema());
        SaeEncoder encoder =
                corpus.encoder().setSae(folder.resolve("sae").toUri().toString());

        List<Row> rows = encoder.transform(tokens).collectAsList();
        encoder.transform(tokens).collectAsList();

        assertThat(rows).hasSize(50);
        rows.forEach(row -> SaeEncoderTest.assertRow(corpus.features(), row.getAs("features"), row.getInt(0)));
        assertThat(copies(cache)).singleElement().satisfies(copy -> {
            assertThat(copy.getFileName().toString()).endsWith("-sae");
            assertThat(copy.resolve("cfg.json")).hasSameBinaryContentAs(folder.resolve("sae/cfg.json"));
        });

        Files.writeString(folder.resolve("sae/README.md"), "More is said.");
        encoder.transform(tokens).collectAsList();
        assertThat(copies(cache)).hasSize(2);
    }
}
