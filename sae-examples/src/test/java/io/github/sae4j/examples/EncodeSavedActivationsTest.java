package io.github.sae4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.tensors.TensorFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EncodeSavedActivationsTest {

    private static final int TOKENS = 20;

    @TempDir
    private Path folder;

    @Test
    void printsTheStrongestFeaturesOfTheFirstTokens() {
        SmallSae small = SmallSae.in(folder, TOKENS);
        SparseFeatures features = small.features(TOKENS);
        List<String> expected = new ArrayList<>();
        for (int token = 0; token < 5; token++) {
            expected.add("token " + token);
            for (Feature feature : features.top(token, 3)) {
                expected.add("  feature " + feature.index() + ": " + feature.value());
            }
        }

        assertThat(run(small)).isEqualTo(expected);
    }

    @Test
    void writesTheFeaturesOfAllTokens() {
        SmallSae small = SmallSae.in(folder, TOKENS);
        SparseFeatures features = small.features(TOKENS);

        run(small);

        try (TensorFile written = TensorFile.open(output())) {
            assertThat(written.tensor("data").toFloats()).isEqualTo(floats(features));
            assertThat(written.tensor("indptr").shape()).containsExactly(TOKENS + 1);
        }
    }

    @Test
    void saysWhichArgumentsItTakes() {
        assertThatThrownBy(() -> EncodeSavedActivations.main(new String[0]))
                .hasMessage("Arguments: SAE ACTIVATIONS FEATURES.npz");
    }

    private List<String> run(SmallSae small) {
        return Printed.by(EncodeSavedActivations::main, small.folder(), small.file(), output());
    }

    private Path output() {
        return folder.resolve("features.npz");
    }

    private static float[] floats(SparseFeatures features) {
        float[] values = new float[features.activeCount()];
        features.values().get(values);
        return values;
    }
}
