package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseFeatures;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.linalg.SparseVector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of a dataset are encoded as the library encodes arrays: the same features with the same bits. */
class SaeEncoderTest {

    private static final int TOKENS = 700;

    @TempDir
    private static Path folder;

    private static Corpus corpus;
    private static SparseFeatures expected;

    @BeforeAll
    static void encode() {
        corpus = Corpus.in(folder, TOKENS);
        expected = corpus.features();
    }

    private static void assertRow(Row features, int token) {
        assertRow(expected, features, token);
    }

    static void assertRow(SparseFeatures expected, Row features, int token) {
        List<Feature> active = expected.active(token);
        assertThat(features.<Integer>getList(0))
                .as("token %d", token)
                .isEqualTo(active.stream().map(Feature::index).toList());
        assertThat(features.<Float>getList(1))
                .isEqualTo(active.stream().map(Feature::value).toList());
    }

    @Test
    void makesTheFeaturesOfEachToken() {
        List<Row> rows = corpus.encoder().transform(corpus.dataset(3)).collectAsList();

        assertThat(rows).hasSize(TOKENS);
        rows.forEach(row -> assertRow(row.getAs("features"), row.getInt(0)));
    }

    @Test
    void makesTheSameInBatchesOfAnySize() {
        for (int batch : new int[] {1, 7, 512, 4096}) {
            List<Row> rows = corpus.encoder()
                    .setBatchTokens(batch)
                    .transform(corpus.dataset(2))
                    .select("features", "id")
                    .collectAsList();
            assertThat(rows).hasSize(TOKENS);
            rows.forEach(row -> assertRow(row.getStruct(0), row.getInt(1)));
        }
    }

    @Test
    void readsFilesOfParquet() {
        String file = folder.resolve("x.parquet").toString();
        corpus.dataset(2).write().parquet(file);

        List<Row> rows = corpus.encoder()
                .transform(Corpus.session().read().parquet(file))
                .where("id >= 100")
                .select("id", "features")
                .collectAsList();

        assertThat(rows).hasSize(TOKENS - 100);
        rows.forEach(row -> assertRow(row.getStruct(1), row.getInt(0)));
    }

    @Test
    void makesSparseVectors() {
        List<Row> rows = corpus.encoder()
                .setOutputForm("vector")
                .transform(corpus.dataset(2))
                .collectAsList();

        assertThat(rows).hasSize(TOKENS);
        for (Row row : rows) {
            SparseVector vector = row.getAs("features");
            List<Feature> active = expected.active(row.getInt(0));
            assertThat(vector.size()).isEqualTo(Corpus.D_SAE);
            assertThat(vector.indices())
                    .isEqualTo(active.stream().mapToInt(Feature::index).toArray());
            assertThat(vector.values())
                    .isEqualTo(active.stream().mapToDouble(Feature::value).toArray());
        }
    }

    @Test
    void makesOneRowForEachFeature() {
        Dataset<Row> made = corpus.encoder().setOutputForm("rows").transform(corpus.dataset(2));

        assertThat(made.count()).isEqualTo(expected.activeCount());
        for (Row row : made.select("id", "features.index", "features.value").collectAsList()) {
            assertThat(row.getFloat(2)).isEqualTo(expected.value(row.getInt(0), row.getInt(1)));
        }
    }

    @Test
    void keepsTheStrongestFeatures() {
        SparseFeatures strongest = expected.topK(2);
        List<Row> rows =
                corpus.encoder().setTopK(2).transform(corpus.dataset(2)).collectAsList();
        for (Row row : rows) {
            assertThat(row.getStruct(2).<Integer>getList(0))
                    .isEqualTo(strongest.active(row.getInt(0)).stream()
                            .map(Feature::index)
                            .toList());
        }
    }

    @Test
    void encodesSomeFeaturesOnly() {
        List<Row> rows = corpus.encoder()
                .setFeatures(3, 100, 511)
                .transform(corpus.dataset(2))
                .collectAsList();
        for (Row row : rows) {
            assertThat(row.getStruct(2).<Integer>getList(0))
                    .isEqualTo(expected.active(row.getInt(0)).stream()
                            .map(Feature::index)
                            .filter(List.of(3, 100, 511)::contains)
                            .toList());
        }
    }

    @Test
    void readsOtherKindsOfNumbers() {
        Dataset<Row> floats = corpus.dataset(2);
        Dataset<Row> doubles = floats.withColumn("activation", functions.expr("cast(activation as array<double>)"));
        Dataset<Row> vectors = floats.withColumn(
                "activation", org.apache.spark.ml.functions.array_to_vector(floats.col("activation")));
        for (Dataset<Row> kind : List.of(doubles, vectors)) {
            corpus.encoder()
                    .transform(kind)
                    .select("features", "id")
                    .collectAsList()
                    .forEach(row -> assertRow(row.getStruct(0), row.getInt(1)));
        }
    }

    @Test
    void encodesADatasetThatIsJoinedWithItself() {
        Dataset<Row> encoded = corpus.encoder().transform(corpus.dataset(2));

        assertThat(encoded.as("a")
                        .join(encoded.as("b"), functions.expr("a.id = b.id"))
                        .count())
                .isEqualTo(TOKENS);
    }

    @Test
    void encodesNothing() {
        assertThat(corpus.encoder().transform(corpus.dataset(2).where("id < 0")).collectAsList())
                .isEmpty();
    }
}
