package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Activations that come from elsewhere, and features that go elsewhere, pass as those of files do. */
class OwnReaderAndSinkTest {

    /** Counts what comes. */
    private static final class Counts implements FeatureSink {

        private final List<String> calls = new ArrayList<>();

        @Override
        public void write(TokenBatch tokens, SparseFeatures features) {
            calls.add("write " + features.tokens());
        }

        @Override
        public void finish() {
            calls.add("finish");
        }

        @Override
        public void commit() {
            calls.add("commit");
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }

    @Test
    void theyAreEncodedInBatchesAndSkippedTokensHaveNoFeatures() {
        Counts counts = new Counts();
        FeatureSurvey survey;
        try (SparseAutoencoder sae =
                        SAE.fromDisk(ReferenceCase.named("standard-f32").folder());
                RowsReader rows = RowsReader.of(ones(7, sae.config().dIn()));
                counts) {
            survey = FeatureSurvey.ofAll(sae.config().dSae(), 3);
            EncodingPass.of(rows, sae, 3).encodeAll((batch, features) -> {
                counts.write(batch, features);
                survey.add(batch, features);
                for (int token = 0; token < batch.count(); token++) {
                    assertThat(features.activeCount(token) == 0).isEqualTo(batch.isSkipped(token));
                }
            });
            counts.publish();
        }

        assertThat(counts.calls).containsExactly("write 3", "write 3", "write 1", "finish", "commit", "close");
        assertThat(survey.firings().tokens()).isEqualTo(4);
    }

    @Test
    void whatDoesNotFitAnSaeIsRefusedBeforeItIsRead() {
        try (SparseAutoencoder sae =
                SAE.fromDisk(ReferenceCase.named("standard-f32").folder())) {
            RowsReader narrow = RowsReader.of(ones(2, sae.config().dIn() - 1));
            RowsReader rows = RowsReader.of(ones(2, sae.config().dIn()));

            assertThatThrownBy(() -> EncodingPass.of(narrow, sae, 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rows: activations are 31 wide, but the SAE has d_in = 32.");
            assertThatThrownBy(() -> EncodingPass.of(rows, sae, 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("At least 1 token must be in memory at a time, not 0.");
        }
    }

    private static float[][] ones(int tokens, int dIn) {
        float[][] rows = new float[tokens][dIn];
        for (float[] row : rows) {
            Arrays.fill(row, 1);
        }
        return rows;
    }
}
