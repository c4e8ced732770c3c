package io.github.sae4j.data.features;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A sink takes the features of each token once, and none of tokens that are left out. */
class UnfitFeaturesTest {

    private static final float[][] ROWS = {{1, 2}, {3, 4}};

    @TempDir
    private Path folder;

    private SparseAutoencoder sae;
    private Path file;
    private FeatureSink sink;

    @BeforeEach
    void open() {
        sae = withFeatures(3);
        file = folder.resolve("f.npz");
        sink = FeatureSink.to(file, FeatureStream.of("rows", Layout.of(ROWS.length), sae));
    }

    @AfterEach
    void close() {
        sink.close();
        sae.close();
    }

    @Test
    void tokensThatAreLeftOutHaveNone() {
        TokenBatch batch = TokenBatch.of(ROWS);
        batch.skip(1);

        assertThatThrownBy(() -> sink.write(batch, sae.encode(batch.rows())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Token 1 is left out, but has 2 active features; only keptRows() are encoded.");
    }

    @Test
    void tokensThatAreLeftOutHaveTheirRows() {
        TokenBatch batch = TokenBatch.of(ROWS);
        batch.skip(1);

        assertThatThrownBy(() -> sink.write(batch, sae.encode(batch.keptRows())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("There are features of 1 tokens, but the batch has 2, with those that are left out.");
    }

    @Test
    void featuresOfAnotherWidthAreRefused() {
        try (SparseAutoencoder wider = withFeatures(4)) {
            assertThatThrownBy(() -> sink.write(TokenBatch.of(ROWS), wider.encode(ROWS)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("There are features of an SAE with d_sae = 4, but those of one with d_sae = 3 are"
                            + " written.");
        }
    }

    @Test
    void aFileThatLacksTokensIsNotMade() {
        float[][] first = {ROWS[0]};
        sink.write(TokenBatch.of(first), sae.encode(first));

        assertThatThrownBy(sink::publish)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "Only 1 of the 2 tokens that were announced have been written, so the output is not put in place.");
        assertThat(file).doesNotExist();
    }

    private static SparseAutoencoder withFeatures(int dSae) {
        float[][] decoder = new float[dSae][2];
        float[][] encoder = new float[2][dSae];
        for (int i = 0; i < 2; i++) {
            decoder[i][i] = 1;
            encoder[i][i] = 1;
        }
        return SparseAutoencoder.builder(SaeConfig.standard(2, dSae))
                .encoder(WeightMatrix.of(encoder))
                .decoder(WeightMatrix.of(decoder))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[dSae]))
                .kernel(Kernel.PLAIN)
                .build();
    }
}
