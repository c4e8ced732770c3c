package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.activations.TokenPlace;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Activations that come from elsewhere, and features that go elsewhere, pass as those of files do. */
class OwnReaderAndSinkTest {

    /** Tokens of an array, every third of them skipped. */
    private static final class Rows implements ActivationReader {

        private final float[][] rows;
        private int next;

        Rows(float[][] rows) {
            this.rows = rows;
        }

        @Override
        public int dIn() {
            return rows[0].length;
        }

        @Override
        public Layout layout() {
            return Layout.of(rows.length);
        }

        @Override
        public String sourceName() {
            return "rows";
        }

        @Override
        public void next(TokenBatch batch, long most) {
            batch.clear();
            int count = (int) Math.min(Math.min(batch.room().length, most), rows.length - next);
            for (int token = 0; token < count; token++, next++) {
                System.arraycopy(rows[next], 0, batch.room()[token], 0, dIn());
                if (next % 3 == 0) {
                    batch.skip(token);
                }
            }
            batch.filled(count);
        }

        @Override
        public void skip(long tokens) {
            next += (int) tokens;
        }

        @Override
        public TokenPlace place(long token) {
            return new TokenPlace("rows", null, token);
        }

        @Override
        public void close() {
            next = rows.length;
        }
    }

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
                Rows rows = new Rows(ones(7, sae.config().dIn()));
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

    private static float[][] ones(int tokens, int dIn) {
        float[][] rows = new float[tokens][dIn];
        for (float[] row : rows) {
            Arrays.fill(row, 1);
        }
        return rows;
    }
}
