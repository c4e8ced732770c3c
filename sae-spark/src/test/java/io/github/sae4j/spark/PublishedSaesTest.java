package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A published SAE comes out of each machine's cache of the hub, by its commit. */
class PublishedSaesTest {

    @TempDir
    private Path folder;

    @Test
    void comeOutOfTheCacheByTheirCommit() {
        Corpus corpus = Corpus.in(folder.resolve("served"), 60);
        Path cache = folder.resolve("cache");
        String commit;
        try (FakeHub hub =
                        FakeHub.serving("owner/name", folder.resolve("served")).start();
                SparseAutoencoder sae = SAE.from("owner/name:sae")
                        .hub(HubConfig.defaults().toBuilder()
                                .endpoint(hub.endpoint().toString())
                                .cache(cache)
                                .build())
                        .open()) {
            commit = sae.source().commit().orElseThrow();
        }
        SparkSession session = Corpus.session().newSession();
        session.conf().set("spark.sae4j.cache", cache.toString());
        Dataset<Row> tokens = session.createDataFrame(
                corpus.dataset(2).collectAsList(), corpus.dataset(2).schema());

        SparseFeatures expected = corpus.features();
        for (SaeEncoder encoder : List.of(
                corpus.encoder().setSae("owner/name:sae").setRevision(commit),
                corpus.encoder().setSae("owner/name:sae@" + commit))) {
            List<Row> rows = encoder.transform(tokens).collectAsList();
            assertThat(rows).hasSize(60);
            rows.forEach(row -> SaeEncoderTest.assertRow(expected, row.getAs("features"), row.getInt(0)));
        }
    }
}
