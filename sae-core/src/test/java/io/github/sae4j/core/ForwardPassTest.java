package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import org.junit.jupiter.api.Test;

/** What an implementation of {@link SaeCodec} gives as its forward pass. */
class ForwardPassTest {

    private static final SparseFeatures ONE_TOKEN = SparseFeatures.of(
            3, new long[] {1}, new int[] {0, 1}, new int[] {2}, new float[] {5}, InverseTransform.identity());

    @Test
    void holdsWhatAnImplementationMade() {
        float[][] reconstruction = {{1, 2}};

        ForwardPass pass = ForwardPass.of(ONE_TOKEN, reconstruction);

        assertThat(pass.features()).isSameAs(ONE_TOKEN);
        assertThat(pass.reconstruction()).isSameAs(reconstruction);
        assertThat(pass.error(new float[][] {{4, 4}})).isDeepEqualTo(new float[][] {{3, 2}});
    }

    @Test
    void isOfAsManyTokensThroughout() {
        assertThatExceptionOfType(SaeException.class)
                .isThrownBy(() -> ForwardPass.of(ONE_TOKEN, new float[2][2]))
                .withMessage("reconstruction has 2 tokens, but the features are of 1.");
        assertThatNullPointerException()
                .isThrownBy(() -> ForwardPass.of(null, new float[1][2]))
                .withMessage("features must not be null.");
    }
}
