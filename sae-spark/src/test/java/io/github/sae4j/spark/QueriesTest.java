package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseFeatures;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever Spark makes of a query, stages and functions in it give each row its own features. */
class QueriesTest {

    private static final int TOKENS = 120;

    @TempDir
    private static Path folder;

    private static Corpus corpus;
    private static SparseFeatures expected;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, TOKENS);
        expected = corpus.features();
        corpus.dataset(3).createOrReplaceTempView("rows_of_queries");
    }

    private static Dataset<Row> sql(String query) {
        return Corpus.session()
                .sql(query.replace("$f", "sae_encode(activation, '" + corpus.sae() + "')")
                        .replace("$t", "rows_of_queries"));
    }

    private static int active(int token) {
        return expected.activeCount(token);
    }

    private static long of(Dataset<Row> one) {
        return one.head().getLong(0);
    }

    @Test
    void cachedStagesOfOtherSettingsAreApart() {
        Dataset<Row> tokens = corpus.dataset(2).cache();
        Dataset<Row> all = corpus.encoder().transform(tokens).cache();
        Dataset<Row> strongest = corpus.encoder().setTopK(1).transform(tokens).cache();
        try {
            for (int time = 0; time < 2; time++) {
                assertThat(of(all.selectExpr("sum(size(features.indices))"))).isEqualTo(expected.activeCount());
                assertThat(of(strongest.selectExpr("sum(size(features.indices))")))
                        .isEqualTo(expected.topK(1).activeCount());
            }
            String again = corpus.encoder()
                    .setTopK(1)
                    .transform(tokens)
                    .queryExecution()
                    .executedPlan()
                    .toString();
            assertThat(again).contains("InMemoryTableScan");
        } finally {
            strongest.unpersist();
            all.unpersist();
            tokens.unpersist();
        }
    }

    @Test
    void groupsOrderAndHave() {
        List<Row> rows = sql("select size($f.indices) as n, count(*) as c from $t group by size($f.indices)"
                        + " having size($f.indices) > 2 order by n desc")
                .collectAsList();

        assertThat(rows).isNotEmpty();
        for (Row row : rows) {
            assertThat(row.getLong(1))
                    .isEqualTo(IntStream.range(0, TOKENS)
                            .filter(token -> active(token) == row.getInt(0))
                            .count());
        }
        assertThat(rows.stream().map(row -> row.getInt(0)).toList())
                .isSortedAccordingTo((one, other) -> other - one)
                .hasSize((int) IntStream.range(0, TOKENS)
                        .map(QueriesTest::active)
                        .filter(n -> n > 2)
                        .distinct()
                        .count());
        List<Row> ordered = sql("select id from $t order by size($f.indices) desc, id limit 5")
                .collectAsList();
        assertThat(ordered.stream().map(row -> row.getInt(0)).toList())
                .isEqualTo(IntStream.range(0, TOKENS)
                        .boxed()
                        .sorted((one, other) ->
                                active(one) != active(other) ? active(other) - active(one) : one - other)
                        .limit(5)
                        .toList());
    }

    @Test
    void windowsAndSubqueries() {
        int most = IntStream.range(0, TOKENS).map(QueriesTest::active).max().orElseThrow();
        List<Row> first = sql("select id, n from (select id, size($f.indices) as n, row_number() over (order by"
                        + " size($f.indices) desc, id) as place from $t) where place = 1")
                .collectAsList();
        assertThat(first).hasSize(1);
        assertThat(first.get(0).getInt(1)).isEqualTo(most);
        assertThat(of(sql("select count(*) from $t where id in (select id from $t where size($f.indices) = " + most
                        + ")")))
                .isEqualTo(IntStream.range(0, TOKENS)
                        .filter(token -> active(token) == most)
                        .count());
        assertThat(sql("select max(size($f.indices)), (select min(size($f.indices)) from $t) from $t")
                        .head()
                        .getInt(0))
                .isEqualTo(most);
        assertThat(of(sql("with e as (select id, $f as f from $t) select count(*) from e a join e b on a.id = b.id and"
                        + " a.f.indices = b.f.indices")))
                .isEqualTo(TOKENS);
        assertThat(of(sql("select count(*) from $t lateral view explode($f.indices) as feature")))
                .isEqualTo(expected.activeCount());
        assertThat(sql("select $f as f, size(f.indices) as n, id from $t").collectAsList())
                .allSatisfy(row -> assertThat(row.getInt(1)).isEqualTo(active(row.getInt(2))));
        assertThat(sql("select id, case when id < 10 then size($f.indices) else -1 end from $t")
                        .collectAsList())
                .allSatisfy(
                        row -> assertThat(row.getInt(1)).isEqualTo(row.getInt(0) < 10 ? active(row.getInt(0)) : -1));
    }

    @Test
    void viewsAndTables() {
        sql("create or replace temporary view features_of_queries as select id, $f as f from $t");
        assertThat(of(sql("select sum(size(f.indices)) from features_of_queries")))
                .isEqualTo(expected.activeCount());
        assertThat(of(sql("select sum(n) from (select size($f.indices) as n from $t union all"
                        + " select size($f.indices) from $t)")))
                .isEqualTo(2L * expected.activeCount());
        assertThat(of(sql("select count(distinct $f.indices) from $t"))).isPositive();
    }

    @Test
    void readOnlyTheColumnsOfFilesThatAreWanted() {
        String file = folder.resolve("wide.parquet").toString();
        corpus.dataset(2).withColumn("text", functions.lit("long")).write().parquet(file);
        Dataset<Row> read = Corpus.session().read().parquet(file);

        String plan = corpus.encoder()
                .transform(read)
                .select("id", "features")
                .queryExecution()
                .executedPlan()
                .toString();

        assertThat(plan).contains("ReadSchema: struct<id:int,activation:array<float>>");
    }

    @Test
    void takeWhatIsAskedForOnly() {
        Dataset<Row> encoded = corpus.encoder().setBatchTokens(4).transform(corpus.dataset(1));

        assertThat(encoded.limit(3).collectAsList()).hasSize(3);
        assertThat(encoded.union(encoded).count()).isEqualTo(2 * TOKENS);
        assertThat(encoded.except(encoded).count()).isZero();
        assertThat(encoded.dropDuplicates("id").count()).isEqualTo(TOKENS);
    }

    @Test
    void namesOfColumnsAreTakenAsTheyStand() {
        Dataset<Row> odd = corpus.dataset(2).withColumnRenamed("activation", "resid.post of `19`");

        List<Row> rows = new SaeEncoder()
                .setSae(corpus.sae())
                .setInputCol("resid.post of `19`")
                .setOutputCol("a.b")
                .transform(odd)
                .collectAsList();

        assertThat(rows).hasSize(TOKENS);
        rows.forEach(row -> SaeEncoderTest.assertRow(expected, row.getStruct(2), row.getInt(0)));
        Dataset<Row> twice = corpus.dataset(1).selectExpr("id", "activation", "activation");
        assertThatThrownBy(() -> corpus.encoder().transform(twice))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 columns 'activation'");
    }

    @Test
    void tellWhichFileEachRowIsOf() {
        String files = folder.resolve("files.parquet").toString();
        corpus.dataset(3).write().parquet(files);
        Dataset<Row> read = Corpus.session()
                .read()
                .option("maxPartitionBytes", "1g")
                .parquet(files)
                .coalesce(1)
                .withColumn("before", functions.input_file_name());

        List<Row> rows = corpus.encoder()
                .setBatchTokens(50)
                .transform(read)
                .select("before", "features")
                .withColumn("after", functions.input_file_name())
                .collectAsList();

        assertThat(rows).hasSize(TOKENS);
        assertThat(rows.stream().map(row -> row.getString(0)).distinct()).hasSize(3);
        rows.forEach(row -> assertThat(row.getString(2)).isEqualTo(row.getString(0)));
    }

    @Test
    void callsOnWhatIsNotDeterministicAreMadeOnce() {
        Row row = sql("select count(*), sum(size(sae_encode(shuffle(activation), '" + corpus.sae()
                        + "').indices)) from $t")
                .head();

        assertThat(row.getLong(0)).isEqualTo(TOKENS);
    }

    @Test
    void filtersComeFirst() {
        String file = folder.resolve("filtered.parquet").toString();
        corpus.dataset(2).write().parquet(file);
        Dataset<Row> encoded =
                corpus.encoder().transform(Corpus.session().read().parquet(file));
        String plan = encoded.where("id < 7 and size(features.indices) > 0")
                .queryExecution()
                .optimizedPlan()
                .toString();

        assertThat(plan.indexOf("size(")).isLessThan(plan.indexOf("SAE encode"));
        assertThat(plan.indexOf("< 7")).isGreaterThan(plan.indexOf("SAE encode"));
        assertThat(encoded.where("id < 7").count()).isEqualTo(7);

        Corpus.session()
                .sql("select id, if(id = 3, null, activation) as a from rows_of_queries")
                .createOrReplaceTempView("with_null");
        assertThat(of(Corpus.session()
                        .sql("select count(*) from with_null where id != 3 and size(sae_encode(a, '" + corpus.sae()
                                + "').indices) >= 0")))
                .isEqualTo(TOKENS - 1);
    }

    @Test
    void encodeOnceWhatIsAskedForTwice() {
        String plan = sql("select id, $f as f from $t where size($f.indices) > 2")
                .queryExecution()
                .optimizedPlan()
                .toString();

        assertThat(plan.split("SAE encode", -1)).hasSize(2);
    }

    @Test
    void nullGivesNullInSql() {
        Corpus.session()
                .sql("select id, if(id % 2 = 0, activation, null) as a from rows_of_queries")
                .createOrReplaceTempView("half");

        List<Row> rows = Corpus.session()
                .sql("select id, sae_encode(a, '" + corpus.sae() + "') as f from half")
                .collectAsList();

        assertThat(rows).hasSize(TOKENS);
        for (Row row : rows) {
            if (row.getInt(0) % 2 == 0) {
                SaeEncoderTest.assertRow(expected, row.getStruct(1), row.getInt(0));
            } else {
                assertThat(row.isNullAt(1)).isTrue();
            }
        }
    }

    @Test
    void callsThatHaveNoRowsAreRefused() {
        assertThatThrownBy(() ->
                        sql("select transform(array(activation), x -> sae_encode(x, '" + corpus.sae() + "')) from $t"))
                .hasStackTraceContaining("An SAE's function cannot stand in a lambda function");
        assertThatThrownBy(() -> sql("select size($f.indices) from $t group by activation"))
                .hasStackTraceContaining("sae_encode stands beside GROUP BY");
        assertThatThrownBy(() -> sql(
                        "select sae_encode(collect_list(activation[0]), '" + corpus.sae() + "') from $t group by id"))
                .hasStackTraceContaining("sae_encode stands beside GROUP BY");
        assertThatThrownBy(() -> sql("select sae_encode(activation, cast(null as string)) from $t"))
                .hasStackTraceContaining("sae_encode: the SAE must be a text that stands in the query");
    }

    @Test
    void columnsWithoutANameAreToldApart() {
        assertThat(sql("select $f, sae_encode(activation, '" + corpus.sae() + "', map('topK', '1')) from $t")
                        .columns())
                .doesNotHaveDuplicates();
    }

    @Test
    void columnsStayThoseOfTheDataset() {
        Dataset<Row> tokens = corpus.dataset(2).as("t");
        Dataset<Row> encoded = corpus.encoder().transform(tokens);

        assertThat(encoded.select(tokens.col("id")).count()).isEqualTo(TOKENS);
        assertThat(encoded.select("t.id", "features").count()).isEqualTo(TOKENS);
        assertThat(encoded.join(tokens, tokens.col("id").equalTo(encoded.col("id")))
                        .count())
                .isEqualTo(TOKENS);
    }

    @Test
    void rowsStayWhereTheyAre() {
        String plan = corpus.encoder()
                .transform(corpus.dataset(2).repartition(3, functions.col("id")))
                .groupBy("id")
                .agg(functions.max(functions.expr("size(features.indices)")))
                .queryExecution()
                .executedPlan()
                .toString();

        assertThat(plan.split("Exchange hashpartitioning\\(id", -1)).hasSize(2);
    }
}
