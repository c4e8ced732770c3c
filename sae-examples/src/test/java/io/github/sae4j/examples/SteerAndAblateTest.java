package io.github.sae4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SteerAndAblateTest {

    private static final int TOKENS = 8;

    @TempDir
    private Path folder;

    @Test
    void setsOneFeatureAndSwitchesAnotherOff() {
        SmallSae small = SmallSae.in(folder, TOKENS);
        int ablated = strongest(small.features(TOKENS));
        int steered = ablated == 0 ? 1 : 0;

        List<String> printed = Printed.by(SteerAndAblate::main, small.folder(), small.file(), steered, 50, ablated);

        assertThat(printed).hasSize(TOKENS);
        assertThat(printed.get(0))
                .startsWith("token 0: feature " + steered + " from ")
                .endsWith(String.format(" to %.3f", 0f));
    }

    @Test
    void movesAnActivationByTheDecodedDifferenceAlone() {
        SmallSae small = SmallSae.in(folder, TOKENS);
        float[][] activations = small.activations(TOKENS);
        try (SparseAutoencoder sae = small.open()) {
            SparseFeatures features = sae.encode(activations);
            int feature = strongest(features);
            float[][] direction = sae.decode(unit(features, feature));
            float[][] zero = sae.decode(unit(features, feature).without(feature));

            float[][] moved = SteerAndAblate.moved(sae, activations, features, features.without(feature));

            for (int i = 0; i < activations[0].length; i++) {
                float decoded = direction[0][i] - zero[0][i];
                assertThat(moved[0][i])
                        .isCloseTo(activations[0][i] - features.value(0, feature) * decoded, within(1e-5f));
            }
        }
    }

    @Test
    void leavesActivationsAsTheyAreWhereNothingIsEdited() {
        SmallSae small = SmallSae.in(folder, TOKENS);
        float[][] activations = small.activations(TOKENS);
        try (SparseAutoencoder sae = small.open()) {
            SparseFeatures features = sae.encode(activations);

            assertThat(SteerAndAblate.moved(sae, activations, features, features))
                    .isDeepEqualTo(activations);
        }
    }

    @Test
    void refusesTranscoders() {
        try (SparseAutoencoder sae =
                SAE.fromDisk(ReferenceCase.named("transcoder-f32").folder())) {
            float[][] activations = new float[1][sae.config().dIn()];
            SparseFeatures features = sae.encode(activations);

            assertThatThrownBy(() -> SteerAndAblate.moved(sae, activations, features, features))
                    .hasMessageContaining("transcoder");
        }
    }

    private static int strongest(SparseFeatures features) {
        return features.top(0, 1).get(0).index();
    }

    /** Returns features of which one is active, with the value 1. */
    private static SparseFeatures unit(SparseFeatures features, int feature) {
        int[] all = features.active(0).stream().mapToInt(Feature::index).toArray();
        return features.without(all).with(feature, 1);
    }
}
