package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row that cannot be encoded ends the job with its place and what is wrong with it, or is set aside with the same words. */
class BadRowsTest {

    private static final int TOKENS = 40;
    private static final int BAD = 17;

    @TempDir
    private static Path folder;

    private static Corpus corpus;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, TOKENS);
    }

    /** The corpus in one partition, with one activation changed. */
    private static Dataset<Row> with(@Nullable Consumer<List<Float>> change) {
        List<Row> rows = new ArrayList<>();
        for (int token = 0; token < TOKENS; token++) {
            List<Float> numbers = Corpus.boxed(corpus.activations()[token]);
            if (token == BAD && change != null) {
                change.accept(numbers);
            }
            rows.add(RowFactory.create(token, token == BAD && change == null ? null : numbers));
        }
        return Corpus.dataset(rows).coalesce(1);
    }

    private static void assertSaid(@Nullable Consumer<List<Float>> change, String wrong) {
        Dataset<Row> bad = with(change);
        assertThatThrownBy(() -> corpus.encoder().transform(bad).collectAsList())
                .hasStackTraceContaining("row 17 of partition 0, column 'activation': it " + wrong);

        List<Row> rows = corpus.encoder()
                .setErrorCol("_error")
                .transform(bad)
                .select("features", "_error", "id")
                .collectAsList();
        assertThat(rows).hasSize(TOKENS);
        for (Row row : rows) {
            boolean isBad = row.getInt(2) == BAD;
            assertThat(row.isNullAt(0)).isEqualTo(isBad);
            assertThat(row.isNullAt(1)).isEqualTo(!isBad);
        }
        assertThat(rows.get(BAD).getString(1)).contains(wrong);
    }

    @Test
    void sayThatTheyAreNull() {
        assertSaid(null, "is null");
    }

    @Test
    void sayHowWideTheyAre() {
        assertSaid(numbers -> numbers.remove(0), "has 63 numbers, but the SAE has d_in = 64");
    }

    @Test
    void sayWhereTheyHaveNull() {
        assertSaid(numbers -> numbers.set(5, null), "has null at 5");
    }

    @Test
    void sayWhereTheyAreNotFinite() {
        assertSaid(numbers -> numbers.set(9, Float.NaN), "has NaN at 9, but activations must be finite");
        assertSaid(
                numbers -> numbers.set(63, Float.NEGATIVE_INFINITY),
                "has -Infinity at 63, but activations must be finite");
    }

    /** Finite activations whose sums float32 does not hold: the others of their batch are encoded all the same. */
    @Test
    void sayThatTheirFeaturesWouldNotBeFinite() {
        Dataset<Row> bad = with(numbers -> numbers.replaceAll(number -> Math.copySign(3e38f, number)));

        assertThatThrownBy(() -> corpus.encoder().transform(bad).collectAsList())
                .hasStackTraceContaining("row 17 of partition 0, column 'activation': ");
        List<Row> rows = corpus.encoder().setErrorCol("_error").transform(bad).collectAsList();
        assertThat(rows).hasSize(TOKENS);
        assertThat(rows.stream().filter(row -> row.isNullAt(row.fieldIndex("features"))))
                .singleElement()
                .satisfies(row -> assertThat(row.getInt(0)).isEqualTo(BAD));
    }

    @Test
    void sayInWhichFileTheyAre() {
        String file = folder.resolve("bad.parquet").toString();
        with(numbers -> numbers.remove(0)).write().parquet(file);

        assertThatThrownBy(() -> corpus.encoder()
                        .transform(Corpus.session().read().parquet(file))
                        .collectAsList())
                .hasStackTraceContaining("bad.parquet/part-")
                .hasStackTraceContaining("row 17 of partition 0");
    }

    @Test
    void makeARowEachWhereFeaturesHaveRows() {
        List<Row> rows = corpus.encoder()
                .setOutputForm("rows")
                .setErrorCol("_error")
                .transform(with(numbers -> numbers.remove(0)))
                .where("_error is not null")
                .collectAsList();

        assertThat(rows)
                .singleElement()
                .satisfies(row -> assertThat(row.getInt(0)).isEqualTo(BAD));
    }
}
