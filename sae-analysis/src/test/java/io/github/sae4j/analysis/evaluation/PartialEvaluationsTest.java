package io.github.sae4j.analysis.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.ActivationsBuilder;
import io.github.sae4j.fixtures.GaussianFile;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evaluations of parts of a file add up to that of the whole. */
class PartialEvaluationsTest {

    @TempDir
    private Path folder;

    @Test
    void addUpToThatOfAllTokens() {
        try (SparseAutoencoder sae =
                SAE.fromDisk(ReferenceCase.named("standard-f32").folder())) {
            Path file = GaussianFile.write(
                    folder.resolve("x.safetensors"), 50, sae.config().dIn());
            Evaluation whole = evaluation(Activations.from(file), sae);
            Evaluation merged = evaluation(Activations.from(file).tokens(31, 50), sae);
            merged.add(evaluation(Activations.from(file).tokens(0, 7), sae));
            merged.add(evaluation(Activations.from(file).tokens(7, 31), sae));

            assertThat(merged.firings().toBytes()).isEqualTo(whole.firings().toBytes());
            assertThat(RandomTokens.bits(merged.quality().orElseThrow()))
                    .isEqualTo(RandomTokens.bits(whole.quality().orElseThrow()));
        }
    }

    @Test
    void ofOtherSaesAreRefusedWhole() {
        Evaluation measured = Evaluation.of(new Firings(8), Optional.of(new ReconstructionQuality(4)));
        Firings counted = new Firings(8);
        Evaluation counting = Evaluation.of(counted, Optional.empty());

        refuse(measured, counting, "Reconstructions must be measured in both evaluations, or in neither.");
        refuse(
                measured,
                Evaluation.of(new Firings(9), Optional.of(new ReconstructionQuality(4))),
                "Firings of 8 features cannot take in those of 9.");
        refuse(
                measured,
                Evaluation.of(new Firings(8), Optional.of(new ReconstructionQuality(5))),
                "Measures of activations that are 4 wide cannot take in those of some that are 5.");
    }

    private static void refuse(Evaluation evaluation, Evaluation other, String sentence) {
        assertThatThrownBy(() -> evaluation.add(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(sentence);
    }

    private static Evaluation evaluation(ActivationsBuilder activations, SparseAutoencoder sae) {
        try (ActivationReader reader = activations.openFor(sae)) {
            return Evaluation.of(reader, sae, 16);
        }
    }
}
