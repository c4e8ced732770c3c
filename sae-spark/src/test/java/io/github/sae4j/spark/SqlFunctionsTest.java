package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseFeatures;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The SQL functions give what the stages give, wherever in a query they stand. */
class SqlFunctionsTest {

    private static final int TOKENS = 300;

    @TempDir
    private static Path folder;

    private static Corpus corpus;
    private static SparseFeatures expected;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, TOKENS);
        expected = corpus.features();
        corpus.dataset(3).createOrReplaceTempView("tokens");
    }

    private static Dataset<Row> sql(String query) {
        return Corpus.session().sql(query.replace("$sae", "'" + corpus.sae() + "'"));
    }

    private static List<Integer> indices(int token) {
        return expected.active(token).stream().map(Feature::index).toList();
    }

    @Test
    void encodeInASelect() {
        List<Row> rows = sql("select id, sae_encode(activation, $sae) as features from tokens")
                .collectAsList();

        assertThat(rows).hasSize(TOKENS);
        for (Row row : rows) {
            assertThat(row.getStruct(1).<Integer>getList(0)).isEqualTo(indices(row.getInt(0)));
            assertThat(row.getStruct(1).<Float>getList(1))
                    .isEqualTo(expected.active(row.getInt(0)).stream()
                            .map(Feature::value)
                            .toList());
        }
    }

    @Test
    void encodeInDataFrames() {
        List<Row> rows = corpus.dataset(2)
                .withColumn("features", functions.expr("sae_encode(activation, '" + corpus.sae() + "')"))
                .select("id", "features.indices")
                .collectAsList();

        rows.forEach(row -> assertThat(row.<Integer>getList(1)).isEqualTo(indices(row.getInt(0))));
    }

    @Test
    void encodeInAFilterAndAnAggregation() {
        long some = sql("select count(*) from tokens where array_contains(sae_encode(activation, $sae).indices, 7)")
                .head()
                .getLong(0);
        assertThat(some)
                .isEqualTo(java.util.stream.IntStream.range(0, TOKENS)
                        .filter(token -> indices(token).contains(7))
                        .count());

        Row sum = sql("select sum(size(sae_encode(activation, $sae).indices)) as active from tokens")
                .head();
        assertThat(sum.getLong(0)).isEqualTo(expected.activeCount());
    }

    @Test
    void explodeToOneRowForEachFeature() {
        assertThat(sql("select id, explode(sae_encode(activation, $sae).indices) as feature from tokens")
                        .count())
                .isEqualTo(expected.activeCount());
    }

    @Test
    void takeSettingsByName() {
        List<Row> rows =
                sql("select id, sae_encode(activation, $sae, map('topK', '1', 'batchTokens', '9')) as f from tokens")
                        .collectAsList();

        assertThat(rows)
                .allSatisfy(
                        row -> assertThat(row.getStruct(1).<Integer>getList(0)).hasSizeLessThanOrEqualTo(1));
    }

    @Test
    void decodeWhatTheyEncode() {
        float[][] reconstructions = corpus.reconstructions();
        List<Row> rows = sql("select id, sae_decode(sae_encode(activation, $sae), $sae) as y from tokens")
                .collectAsList();

        assertThat(rows).hasSize(TOKENS);
        rows.forEach(row -> assertThat(row.<Float>getList(1)).isEqualTo(Corpus.boxed(reconstructions[row.getInt(0)])));
    }

    @Test
    void readExpressions() {
        assertThat(sql("select id, sae_encode(transform(activation, v -> cast(v as double)), $sae).indices from tokens")
                        .collectAsList())
                .allSatisfy(row -> assertThat(row.<Integer>getList(1)).isEqualTo(indices(row.getInt(0))));
    }

    @Test
    void refuseSettingsThatThereAreNot() {
        assertThatThrownBy(() -> sql("select sae_encode(activation, $sae, map('topk', '1')) from tokens"))
                .hasStackTraceContaining("sae_encode has no setting 'topk', but revision, format, overrides");
        assertThatThrownBy(() -> sql("select sae_encode(activation, $sae, map('topK', 'many')) from tokens"))
                .hasStackTraceContaining("sae_encode: topK takes whole numbers, but is 'many'.");
        assertThatThrownBy(() -> sql("select sae_encode(activation, $sae, map('outputForm', 'rows')) from tokens"))
                .hasStackTraceContaining("outputForm");
        assertThatThrownBy(() -> sql("select sae_encode(activation, concat(id, 'x')) from tokens"))
                .hasStackTraceContaining("sae_encode: the SAE must be a text that stands in the query");
        assertThatThrownBy(() -> sql("select sae_encode(activation) from tokens"))
                .hasStackTraceContaining("sae_encode takes a column, an SAE and, if need be, a map of settings");
        assertThatThrownBy(() -> sql("select sae_encode(id, $sae) from tokens"))
                .hasStackTraceContaining("but activations are array<float>");
    }

    @Test
    void refuseAJoinsCondition() {
        assertThatThrownBy(() -> sql("select 1 from tokens a join tokens b"
                                + " on size(sae_encode(a.activation, $sae).indices) = b.id")
                        .collectAsList())
                .hasStackTraceContaining("sae_encode cannot stand in Join: make a column of it in a query of its own");
    }
}
