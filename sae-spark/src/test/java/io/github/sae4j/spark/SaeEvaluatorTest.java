package io.github.sae4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.ForwardPass;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An SAE is measured over partitions as it is in one pass: the same numbers with the same bits. */
class SaeEvaluatorTest {

    private static final int TOKENS = 900;

    @TempDir
    private static Path folder;

    private static Corpus corpus;
    private static Firings firings;
    private static ReconstructionQuality quality;

    @BeforeAll
    static void measure() {
        corpus = Corpus.in(folder, TOKENS);
        firings = new Firings(Corpus.D_SAE);
        quality = new ReconstructionQuality(Corpus.D_IN);
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(corpus.sae()))) {
            ForwardPass forward = sae.forward(corpus.activations());
            firings.add(TokenBatch.of(corpus.activations()), forward.features());
            quality.add(TokenBatch.of(corpus.activations()), forward.reconstruction());
        }
    }

    private static SaeEvaluator evaluator() {
        return new SaeEvaluator().setSae(corpus.sae()).setInputCol("activation");
    }

    @Test
    void measuresWhatOnePassDoes() {
        for (int partitions : new int[] {1, 3, 17}) {
            Evaluation evaluation = evaluator().setBatchTokens(64).measure(corpus.dataset(partitions));

            ReconstructionQuality found = evaluation.quality().orElseThrow();
            assertThat(found.explainedVariance()).isEqualTo(quality.explainedVariance());
            assertThat(found.meanSquaredError()).isEqualTo(quality.meanSquaredError());
            assertThat(found.cosine()).isEqualTo(quality.cosine());
            assertThat(found.l2Ratio()).isEqualTo(quality.l2Ratio());
            assertThat(found.relativeReconstructionBias()).isEqualTo(quality.relativeReconstructionBias());
            assertThat(found.relativeError()).isEqualTo(quality.relativeError());
            assertThat(evaluation.firings().toBytes()).isEqualTo(firings.toBytes());
        }
    }

    @Test
    void returnsOneMeasureByName() {
        assertThat(evaluator().evaluate(corpus.dataset(2))).isEqualTo(quality.explainedVariance());
        assertThat(evaluator().setMetricName("l0").evaluate(corpus.dataset(2))).isEqualTo(firings.l0());
        assertThat(evaluator().setMetricName("deadFeatures").evaluate(corpus.dataset(2)))
                .isEqualTo(firings.dead().length);
        assertThat(evaluator().isLargerBetter()).isTrue();
        assertThat(evaluator().setMetricName("relativeError").isLargerBetter()).isFalse();
        assertThatThrownBy(() -> evaluator().setMetricName("r2").evaluate(corpus.dataset(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("metricName is one of explainedVariance, cosine,");
    }

    @Test
    void countsTheFeaturesOfATranscoder() {
        ReferenceCase transcoder = ReferenceCase.named("transcoder-f32");
        float[] input = transcoder.input();
        int dIn = (int) transcoder.inputShape()[transcoder.inputShape().length - 1];
        List<Row> rows = List.of(RowFactory.create(0, Corpus.boxed(java.util.Arrays.copyOf(input, dIn))));
        SaeEvaluator evaluator = evaluator().setSae(transcoder.folder().toString());

        assertThat(evaluator.measure(Corpus.dataset(rows)).quality()).isEmpty();
        assertThat(evaluator.setMetricName("l0").evaluate(Corpus.dataset(rows))).isPositive();
        assertThatThrownBy(() -> evaluator.setMetricName("cosine").evaluate(Corpus.dataset(rows)))
                .hasMessageContaining("does not reconstruct what it reads, so it has no cosine");
    }

    @Test
    void measuresNothing() {
        Evaluation evaluation = evaluator().measure(corpus.dataset(2).where("id < 0"));

        assertThat(evaluation.firings().tokens()).isZero();
        assertThat(evaluation.quality().orElseThrow().explainedVariance()).isNaN();
    }

    @Test
    void isSavedAndLoaded() throws Exception {
        String path = folder.resolve("evaluator").toString();
        evaluator().setMetricName("cosine").write().overwrite().save(path);

        assertThat(SaeEvaluator.load(path).evaluate(corpus.dataset(2))).isEqualTo(quality.cosine());
    }
}
