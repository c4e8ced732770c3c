package io.github.sae4j.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.analysis.evaluation.Evaluation;
import io.github.sae4j.analysis.report.Report;
import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.core.ForwardPass;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.Layout;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where features and reconstructions are needed, each batch is encoded once, whatever kind of SAE it is. */
class EncodedOnceTest {

    private static final int BATCHES = 3;
    private static final int BATCH = 4;

    private final CountedCalls calls = new CountedCalls();
    private SparseAutoencoder plain;
    private SparseAutoencoder sae;

    private void open(String name) {
        plain = SAE.fromDisk(folder(name));
        sae = calls.of(plain);
    }

    private static Path folder(String name) {
        if (name.startsWith("sparsify")) {
            KindCase kind = KindCase.named(name);
            return kind.repositoryFolder().resolve(kind.path());
        }
        return ReferenceCase.named(name).folder();
    }

    @AfterEach
    void close() {
        sae.close();
        plain.close();
    }

    private RowsReader reader() {
        return RowsReader.of(RowsReader.gaussian(BATCHES * BATCH, sae.config().dIn()), Layout.of(BATCHES, BATCH));
    }

    @ParameterizedTest
    @CsvSource({
        "standard-f32, 'encode:3,decode:3'",
        "transcoder-f32, 'encode:3'",
        "skip-transcoder-f32, 'encode:3'",
        "sparsify_skip, 'forward:3,decode:3'",
        "temporal-f32, 'forwardSequence:3'"
    })
    void byAnEvaluation(String name, String expected) {
        open(name);

        Evaluation.of(reader(), sae, BATCH);

        assertThat(calls.byMethod()).isEqualTo(counts(expected));
    }

    @ParameterizedTest
    @CsvSource({
        "standard-f32, 'encode:3,decode:3'",
        "transcoder-f32, 'encode:3,decode:3'",
        "skip-transcoder-f32, 'forward:3,decode:3'",
        "sparsify_skip, 'forward:3,decode:3'",
        "temporal-f32, 'forwardSequence:3'"
    })
    void byAnEvaluationThatHandsReconstructionsOn(String name, String expected) {
        open(name);
        List<Integer> taken = new ArrayList<>();

        Evaluation.of(
                reader(), sae, BATCH, tokens -> {}, (batch, forward) -> taken.add(forward.reconstruction().length));

        assertThat(calls.byMethod()).isEqualTo(counts(expected));
        assertThat(taken).containsExactly(BATCH, BATCH, BATCH);
    }

    /** Co-firing is counted in a second pass, which needs features only. */
    @ParameterizedTest
    @CsvSource({
        "standard-f32, 'encode:6,decode:3'",
        "skip-transcoder-f32, 'encode:6'",
        "sparsify_skip, 'encode:3,forward:3,decode:3'",
        "temporal-f32, 'encodeSequence:3,forwardSequence:3'"
    })
    void byTheFirstPassOfAReport(String name, String expected) {
        open(name);

        Report.of(Survey.of(sae).batchTokens(BATCH), 2, reader(), this::reader);

        assertThat(calls.byMethod()).isEqualTo(counts(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"standard-f32", "standard-layer-norm", "skip-transcoder-f32", "sparsify_skip", "temporal-f32"})
    void withTheNumbersOfEncodingAndReconstructingApart(String name) {
        open(name);
        EncodingPass pass = EncodingPass.of(reader(), sae, BATCH);
        EncodingPass apart = EncodingPass.of(reader(), sae, BATCH);
        List<SparseFeatures> features = new ArrayList<>();
        apart.encodeAll((batch, found) -> features.add(found));
        List<ForwardPass> forwards = new ArrayList<>();
        List<float[][]> reconstructions = new ArrayList<>();

        pass.forwardAll((batch, forward) -> {
            forwards.add(forward);
            reconstructions.add(reconstructed(batch, forward.features()));
        });

        for (int i = 0; i < BATCHES; i++) {
            SparseFeatures found = forwards.get(i).features();
            assertThat(found.rowOffsets()).isEqualTo(features.get(i).rowOffsets());
            assertThat(found.indices()).isEqualTo(features.get(i).indices());
            assertThat(found.values()).isEqualTo(features.get(i).values());
            assertThat(forwards.get(i).reconstruction()).isDeepEqualTo(reconstructions.get(i));
        }
    }

    /** What is skipped decodes to the bias, but a predicted part is that of its activation. */
    private float[][] reconstructed(TokenBatch batch, SparseFeatures features) {
        if (!sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            return sae.forwardSequence(batch.rows()).reconstruction();
        }
        float[][] decoded = sae.decode(features);
        if (sae.capabilities().has(SaeCapability.DECODE_WHOLLY)) {
            return decoded;
        }
        float[][] whole = sae.reconstruct(batch.rows());
        for (int token = 0; token < decoded.length; token++) {
            if (!batch.isSkipped(token)) {
                decoded[token] = whole[token];
            }
        }
        return decoded;
    }

    /** The BOS token's activation can be beyond float16. */
    @ParameterizedTest
    @ValueSource(strings = {"standard-f32", "standard-layer-norm", "skip-transcoder-f32", "sparsify_skip"})
    void whateverASkippedTokenIs(String name) {
        open(name);
        float[][] rows = RowsReader.gaussian(2 * BATCH, sae.config().dIn());
        float[][] expected = reconstructions(rows);
        rows[0][0] = Float.POSITIVE_INFINITY;

        float[][] found = reconstructions(rows);

        assertThat(found).isDeepEqualTo(expected);
        assertThat(found[0]).isEqualTo(found[3]);
    }

    private float[][] reconstructions(float[][] rows) {
        List<float[]> all = new ArrayList<>();
        EncodingPass.of(RowsReader.of(rows), sae, BATCH)
                .forwardAll((batch, forward) -> all.addAll(Arrays.asList(forward.reconstruction())));
        return all.toArray(float[][]::new);
    }

    private static Map<String, Long> counts(String written) {
        return Arrays.stream(written.split(","))
                .map(count -> count.split(":"))
                .collect(Collectors.toMap(count -> count[0], count -> Long.valueOf(count[1])));
    }
}
