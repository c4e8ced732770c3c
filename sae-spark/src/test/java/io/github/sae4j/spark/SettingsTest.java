package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an SAE's files leave open is said to a stage, a query or an evaluator, and to the loader, with the same effect. */
class SettingsTest {

    private static final int TOKENS = 60;

    @TempDir
    private static Path folder;

    private static Corpus corpus;

    @BeforeAll
    static void make() {
        corpus = Corpus.in(folder, TOKENS);
    }

    private static SparseFeatures features(String sae, UnaryOperator<SaeLoader> settings) {
        try (SparseAutoencoder open = settings.apply(SAE.from(Path.of(sae))).open()) {
            return open.encode(corpus.activations());
        }
    }

    private static void assertEncoded(SaeEncoder encoder, SparseFeatures expected) {
        List<Row> rows = encoder.transform(corpus.dataset(2)).collectAsList();
        assertThat(rows).hasSize(TOKENS);
        rows.forEach(row -> SaeEncoderTest.assertRow(expected, row.getAs("features"), row.getInt(0)));
    }

    @Test
    void scaleActivations() {
        SparseFeatures expected = features(corpus.sae(), loader -> loader.normScalingFactor(1.5));
        assertThat(expected.activeCount()).isNotEqualTo(corpus.features().activeCount());

        assertEncoded(corpus.encoder().setNormScalingFactor(1.5), expected);
        double l0 = new SaeEvaluator()
                .setSae(corpus.sae())
                .setInputCol("activation")
                .setNormScalingFactor(1.5)
                .measure(corpus.dataset(2))
                .firings()
                .l0();
        assertThat(l0).isEqualTo((double) expected.activeCount() / TOKENS);
    }

    @Test
    void foldDecoderNorms() {
        SparseFeatures expected = features(corpus.sae(), loader -> loader.foldDecoderNorms(true));
        assertThat(expected.values()).isNotEqualTo(corpus.features().values());

        assertEncoded(corpus.encoder().setFoldDecoderNorms(true), expected);
    }

    @Test
    void overrideFields() {
        Path topK = folder.resolve("topk");
        new RandomSae(Corpus.D_IN, Corpus.D_SAE, StoredType.FLOAT32, 6, 3, "topk").write(topK);
        SparseFeatures expected = features(topK.toString(), loader -> loader.override("k", 2));
        assertThat(expected.activeCount())
                .isPositive()
                .isLessThan(features(topK.toString(), loader -> loader).activeCount());

        assertEncoded(
                new SaeEncoder()
                        .setSae(topK.toString())
                        .setInputCol("activation")
                        .setOverrides("k=2"),
                expected);
        Dataset<Row> tokens = corpus.dataset(2);
        tokens.createOrReplaceTempView("tokensOfSettings");
        assertThat(Corpus.session()
                        .sql(
                                "SELECT sum(size(sae_encode(activation, '" + topK
                                        + "', map('overrides', 'k=2', 'normScalingFactor', '1.0')).indices)) FROM tokensOfSettings")
                        .head()
                        .getLong(0))
                .isEqualTo(expected.activeCount());
    }

    @Test
    void areKeptInSavedStages() throws Exception {
        Corpus.session();
        String path = folder.resolve("stage").toString();
        corpus.encoder()
                .setFormat("sae_lens")
                .setOverrides("k=2")
                .setNormScalingFactor(1.5, 2)
                .setAllowUnknown("a", "b")
                .setFoldDecoderNorms(true)
                .write()
                .save(path);

        SaeEncoder again = SaeEncoder.load(path);

        assertThat(again.getOrDefault(again.format())).isEqualTo("sae_lens");
        assertThat(again.getOrDefault(again.overrides())).containsExactly("k=2");
        assertThat(again.getOrDefault(again.normScalingFactor())).containsExactly(1.5, 2);
        assertThat(again.getOrDefault(again.allowUnknown())).containsExactly("a", "b");
        assertThat(again.getOrDefault(again.foldDecoderNorms())).isEqualTo(true);
    }

    @Test
    void areRefusedBeforeAJobIfTheyCannotBeMeant() {
        Dataset<Row> tokens = corpus.dataset(1);

        assertThatThrownBy(() -> corpus.encoder().setFormat("no_such").transform(tokens))
                .hasMessageStartingWith("There is no format \"no_such\".");
        assertThatThrownBy(() -> corpus.encoder().setOverrides("k").transform(tokens))
                .hasMessageEndingWith("overrides are as field=value, k=50 for example, but one is 'k'.");
        assertThatThrownBy(() -> corpus.encoder().setOverrides("k=1", "k=2").transform(tokens))
                .hasMessageEndingWith("overrides set k twice.");
        assertThatThrownBy(() -> corpus.encoder().setAllowUnknown("b_gate").transform(tokens))
                .hasMessageContaining("b_gate");
        assertThatThrownBy(() -> corpus.encoder().setNormScalingFactor(-1).transform(tokens))
                .hasMessageContaining("The norm scaling factor must be finite and above 0, but is -1.0.");
    }
}
