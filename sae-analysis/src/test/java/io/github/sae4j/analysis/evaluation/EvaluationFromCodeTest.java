package io.github.sae4j.analysis.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.fixtures.GaussianFile;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Java program does what the command does: reads activations, encodes, writes features, measures. */
class EvaluationFromCodeTest {

    private static final int TOKENS = 50;

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;
    private Path file;

    @BeforeEach
    void write() {
        sae = SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
        file = GaussianFile.write(
                folder.resolve("x.safetensors"), TOKENS, sae.config().dIn());
    }

    @AfterEach
    void close() {
        sae.close();
    }

    @Test
    void aLoopOfOnesOwnFindsWhatAnEvaluationFinds() {
        ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
        try (ActivationReader reader = Activations.from(file).openFor(sae)) {
            for (TokenBatch batch : reader.batches(16)) {
                quality.add(batch, sae.decode(sae.encode(batch.rows())));
            }
        }
        Evaluation evaluation;
        try (ActivationReader reader = Activations.from(file).openFor(sae)) {
            evaluation = Evaluation.of(reader, sae, 16);
        }

        assertThat(evaluation.firings().tokens()).isEqualTo(TOKENS);
        assertThat(evaluation.quality())
                .map(ReconstructionQuality::explainedVariance)
                .contains(quality.explainedVariance());
    }

    @Test
    void featuresAreWrittenInOnePassAndReadBack() {
        Path features = folder.resolve("features.safetensors");
        AtomicLong active = new AtomicLong();
        try (ActivationReader reader = Activations.from(file).tokens(10, 30).openFor(sae);
                FeatureSink sink = FeatureSink.to(features, FeatureStream.of(reader, sae))) {
            EncodingPass.of(reader, sae, 8).encodeAll((batch, found) -> {
                sink.write(batch, found);
                active.addAndGet(found.activeCount());
            });
            sink.publish();
        }

        try (FeatureFile back = FeatureFile.open(features, sae)) {
            assertThat(back.layout().tokens()).isEqualTo(20);
            SparseFeatures all = back.next(20);
            assertThat(all.activeCount()).isEqualTo((int) active.get());
        }
    }

    @Test
    void aFileThatIsThereIsRefusedInTheLibrarysOwnWords() {
        try (ActivationReader reader = Activations.from(file).openFor(sae)) {
            FeatureStream stream = FeatureStream.of(reader, sae);

            assertThatThrownBy(() -> FeatureSink.to(file, stream))
                    .isInstanceOf(DataException.class)
                    .hasMessage(file + ": this file exists already; replace replaces it.");
        }
    }

    @Test
    void settingsAreNamedByTheirMethods() {
        assertThatThrownBy(() -> Activations.from(file).skipFirst(1).openFor(sae))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("which skipFirst needs; say sequenceLength(N), eachFileIsASequence if each")
                .hasMessageEndingWith("or sequenceColumn(NAME).");
    }
}
