package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.analysis.machine.Bench;
import io.github.sae4j.analysis.machine.Limits;
import io.github.sae4j.analysis.machine.RandomWeights;
import io.github.sae4j.analysis.machine.SomeLimits;
import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What does not fit what is measured is refused with a sentence. */
class WhatDoesNotFitTest {

    private final TokenBatch three = TokenBatch.of(new float[3][4]);

    @Test
    void reconstructionsOfOtherTokens() {
        ReconstructionQuality quality = new ReconstructionQuality(4);

        refuse(() -> quality.add(three, new float[2][4]), "The reconstructions must be of 3 tokens, but are of 2.");
        refuse(() -> quality.add(three, new float[3][5]), "The reconstructions must be 4 wide, but one is 5.");
        refuse(
                () -> quality.add(TokenBatch.of(new float[3][6]), new float[3][4]),
                "The activations must be 4 wide, but one is 6.");
    }

    @Test
    void featuresOfOtherTokens() {
        SparseFeatures two =
                SparseFeatures.of(8, new long[] {2}, new int[3], new int[0], new float[0], InverseTransform.identity());

        refuse(() -> new Firings(8).add(three, two), "[3, 8] features are counted, not [2, 8].");
        refuse(
                () -> new Firings(9).add(TokenBatch.of(new float[2][4]), two),
                "[2, 9] features are counted, not [2, 8].");
    }

    @Test
    void sizesOfNothing() {
        Limits limits = SomeLimits.get();
        try (SparseAutoencoder sae =
                SAE.fromDisk(ReferenceCase.named("standard-f32").folder())) {
            refuse(
                    () -> new Bench(sae, limits, List.of(), 0),
                    "Batches of at least 1 token each are measured, not [].");
            refuse(
                    () -> new Bench(sae, limits, List.of(8, 0), 0),
                    "Batches of at least 1 token each are measured, not [8, 0].");
        }
        refuse(() -> RandomWeights.of(0, 8, WeightType.FLOAT32), "d_in and d_sae must be at least 1, not 0 and 8.");
    }

    @Test
    void examplesAndSharesThatThereAreNot() {
        refuse(() -> FeatureSurvey.ofAll(8, 0), "At least 1 token is kept of each feature, not 0.");
        assertThatThrownBy(() -> FeatureSurvey.of(8, 1, List.of(8))).isInstanceOf(IndexOutOfBoundsException.class);
        refuse(() -> new Firings(8).densityQuantiles(0.5, 1.5), "A share of the features is from 0 to 1, not 1.5.");
    }

    @Test
    void noTokensCountNothing() {
        ReconstructionQuality quality = new ReconstructionQuality(4);
        quality.add(TokenBatch.of(new float[][] {{1, 2, 3, 4}, {5, 6, 7, 9}}), new float[2][4]);
        double error = quality.meanSquaredError();
        double legacy = quality.legacyExplainedVariance();

        quality.add(TokenBatch.of(new float[0][]), new float[0][]);

        assertThat(quality.meanSquaredError()).isEqualTo(error).isPositive();
        assertThat(quality.legacyExplainedVariance()).isEqualTo(legacy);
    }

    @Test
    void settingsThatAreNull() {
        RandomWeights weights = RandomWeights.of(8, 8, WeightType.FLOAT32);

        assertThatNullPointerException().isThrownBy(() -> weights.withDevice(null));
        assertThatNullPointerException().isThrownBy(() -> weights.withKernel(null));
    }

    @Test
    void aSecondPassOverOtherTokens() {
        float[][] rows = RowsReader.gaussian(9, 32);
        try (SparseAutoencoder sae =
                        SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
                RowsReader reader = RowsReader.of(rows)) {
            refuse(
                    () -> Survey.of(sae).first(3, reader, () -> reader),
                    "The first pass read 9 tokens, but the second 0: it needs a reader of its own, of the same tokens.");
        }
    }

    @Test
    void aFeatureThatThereIsNot() {
        try (SparseAutoencoder sae =
                        SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
                RowsReader reader = RowsReader.of(RowsReader.gaussian(9, 32))) {
            int dSae = sae.config().dSae();

            assertThatThrownBy(() -> Survey.of(sae).named(List.of(0, dSae), reader))
                    .isInstanceOf(SaeException.class)
                    .hasMessage("There is no feature " + dSae + ": d_sae is " + dSae + ".");
        }
    }

    private static void refuse(ThrowingCallable work, String sentence) {
        assertThatThrownBy(work).isInstanceOf(IllegalArgumentException.class).hasMessage(sentence);
    }
}
