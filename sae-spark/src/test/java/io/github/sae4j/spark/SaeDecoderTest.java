package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Features in a dataset are decoded as the library decodes them: the same numbers with the same bits. */
class SaeDecoderTest {

    private static final int TOKENS = 600;

    @TempDir
    private static Path folder;

    private static Corpus corpus;
    private static float[][] expected;

    @BeforeAll
    static void reconstruct() {
        corpus = Corpus.in(folder, TOKENS);
        expected = corpus.reconstructions();
    }

    private static SaeDecoder decoder() {
        return new SaeDecoder().setSae(corpus.sae()).setInputCol("features");
    }

    private static void assertDecoded(Dataset<Row> decoded) {
        List<Row> rows = decoded.select("id", "reconstruction").collectAsList();
        assertThat(rows).hasSize(TOKENS);
        rows.forEach(row -> assertThat(row.<Float>getList(1)).isEqualTo(Corpus.boxed(expected[row.getInt(0)])));
    }

    @Test
    void decodesWhatAnEncoderMade() {
        assertDecoded(decoder().transform(corpus.encoder().transform(corpus.dataset(2))));
    }

    @Test
    void decodesVectors() {
        assertDecoded(
                decoder().transform(corpus.encoder().setOutputForm("vector").transform(corpus.dataset(2))));
    }

    @Test
    void refusesIndicesThatDoNotAscend() {
        Dataset<Row> turned = corpus.encoder()
                .transform(corpus.dataset(1))
                .selectExpr(
                        "id",
                        "named_struct('indices', reverse(features.indices), 'values', features.values) as features");

        assertThatThrownBy(() -> decoder().transform(turned).collectAsList())
                .hasStackTraceContaining("but indices ascend and stay below d_sae = 512");
    }

    @Test
    void refusesFeaturesOfANarrowerSae() {
        Dataset<Row> foreign = Corpus.session()
                .sql(
                        "select 1 as id, named_struct('indices', array(512), 'values', array(cast(1 as float))) as features");

        assertThatThrownBy(() -> decoder().transform(foreign).collectAsList())
                .hasStackTraceContaining("has the index 512");
        assertThat(decoder().setErrorCol("_error").transform(foreign).head().getString(3))
                .contains("has the index 512");
    }

    @Test
    void setsFeaturesAsideThatAreTooLarge() {
        Dataset<Row> large = corpus.encoder()
                .transform(corpus.dataset(1).orderBy("id").limit(20))
                .selectExpr(
                        "id",
                        "if(id = 7, named_struct('indices', sequence(0, 511), 'values', array_repeat(cast(3e38 as float),"
                                + " 512)), features) as features");

        assertThatThrownBy(() -> decoder().transform(large).collectAsList())
                .hasStackTraceContaining("row 7 of partition 0, column 'features': ");
        List<Row> rows = decoder().setErrorCol("_error").transform(large).collectAsList();
        assertThat(rows).hasSize(20);
        for (Row row : rows) {
            assertThat(row.isNullAt(2)).isEqualTo(row.getInt(0) == 7);
            assertThat(row.isNullAt(3)).isEqualTo(row.getInt(0) != 7);
        }
        assertThat(rows.get(8).<Float>getList(2)).isEqualTo(Corpus.boxed(expected[8]));
    }

    @Test
    void refusesAnSaeThatNormalisesEachToken() {
        Dataset<Row> features = corpus.encoder().transform(corpus.dataset(1));

        assertThatThrownBy(() -> decoder()
                        .setSae(ReferenceCase.named("standard-layer-norm")
                                .folder()
                                .toString())
                        .transform(features))
                .isInstanceOf(SaeException.class);
        assertThatThrownBy(() -> decoder()
                        .setSae(ReferenceCase.named("skip-transcoder-f32")
                                .folder()
                                .toString())
                        .transform(features))
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("is not its whole reconstruction");
    }

    @Test
    void refusesAColumnThatHoldsNoFeatures() {
        assertThatThrownBy(() -> decoder().setInputCol("activation").transform(corpus.dataset(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The column 'activation' is array<float>, but features are"
                        + " struct<indices:array<int>,values:array<float>> or vectors of spark.ml.");
    }
}
