package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.github.sae4j.core.Activation;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.Gated;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.MatchingPursuit;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeArchitecture;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.TemporalPrediction;
import io.github.sae4j.core.TopK;
import io.github.sae4j.core.WeightMatrix;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SAEs that a program builds itself are saved by what they are, or refused if SAELens has none like them. */
class SavedFromMemoryTest {

    private static final int D_IN = 6;
    private static final int D_SAE = 12;

    @TempDir
    private Path temporary;

    private final Random random = new Random(7);
    private Path folder;

    @BeforeEach
    void nameTheFolder() {
        folder = temporary.resolve("saved");
    }

    @Test
    void aTopKUnderAnotherNameIsSavedAsTopK() {
        requireSame(standard(TopK.of(3, vector(D_SAE))), "topk");
    }

    @Test
    void aGatedOneIsSaved() {
        requireSame(standard(Gated.of(vector(D_SAE), vector(D_SAE), vector(D_SAE))), "gated");
    }

    @Test
    void aRescalingTopKIsSavedWithItsNorms() {
        requireSame(standard(TopK.of(3, vector(D_SAE)).rescaledByDecoderNorm()), "topk");
    }

    @Test
    void aRowOfZerosKeepsItsFeatureSilentWhenNormsAreFolded() {
        float[][] decoder = rows(D_SAE, D_IN);
        decoder[4] = new float[D_IN];
        SaeBuilder builder = SparseAutoencoder.builder(SaeConfig.standard(D_IN, D_SAE))
                .encoder(matrix(D_IN, D_SAE))
                .decoder(WeightMatrix.of(decoder))
                .decoderBias(vector(D_IN))
                .activation(TopK.of(12, vector(D_SAE)).rescaledByDecoderNorm());
        try (SparseAutoencoder sae = builder.device(Device.cpu()).build();
                SparseAutoencoder folded = sae.foldDecoderNorms()) {
            requireSame(folded, "topk");
        }
    }

    @Test
    void aTranscoderIsSavedWithItsScaleAndSkip() {
        SaeConfig config = config("skip_transcoder", 4, Normalization.EXPECTED_AVERAGE_ONLY_IN);
        SaeBuilder builder = SparseAutoencoder.builder(config)
                .encoder(matrix(D_SAE, D_IN).transposed())
                .decoder(matrix(4, D_SAE).transposed())
                .skip(matrix(D_IN, 4).transposed())
                .decoderBias(vector(4))
                .normScalingFactor(0.3)
                .activation(JumpRelu.of(vector(D_SAE), vector(D_SAE)));
        try (SparseAutoencoder sae = builder.device(Device.cpu()).build();
                SparseAutoencoder folded = sae.foldDecoderNorms()) {
            SaeConfig saved = requireSame(folded, "jumprelu_skip_transcoder");
            assertThat(saved.dOut()).isEqualTo(4);
            assertThat(saved.normalization()).isEqualTo(Normalization.NONE);
        }
    }

    @Test
    void matchingPursuitIsSavedWithItsLimits() {
        MatchingPursuit rule = MatchingPursuit.of(D_SAE)
                .residualThreshold(0.5)
                .maxIterations(4)
                .stopOnDuplicateSupport(false);
        SaeBuilder builder = SparseAutoencoder.builder(SaeConfig.standard(D_IN, D_SAE))
                .decoder(matrix(D_SAE, D_IN))
                .decoderBias(vector(D_IN))
                .activation(rule);
        requireSame(builder, "matching_pursuit");
    }

    @Test
    void aTemporalOneIsSavedWithAnEncoderOfItsOwn() {
        SaeBuilder builder = temporal(Relu.of(new float[D_SAE]), 4).normScalingFactor(0.5);
        try (SparseAutoencoder sae = builder.device(Device.cpu()).build()) {
            SAE.save(sae, folder);
            try (SparseAutoencoder saved = SAE.from(folder).device(Device.cpu()).open();
                    NDManager manager = sae.newManager()) {
                NDArray x = manager.create(vector(2 * 5 * D_IN), new Shape(2, 5, D_IN));
                assertThat(saved.normScalingFactor()).isEqualTo(0.5);
                assertThat(saved.encodeDense(x).toFloatArray())
                        .is(closeTo(sae.encodeDense(x).toFloatArray()));
                assertThat(saved.reconstruct(x).toFloatArray())
                        .is(closeTo(sae.reconstruct(x).toFloatArray()));
            }
        }
    }

    @Test
    void aTemporalOneWithABiasIsRefused() {
        requireRefused(temporal(Relu.of(vector(D_SAE)), 4), "has another activation rule than");
    }

    @Test
    void aTemporalOneWithOddQueriesIsRefused() {
        requireRefused(temporal(Relu.of(new float[D_SAE]), 10), "queries that are no fraction of its d_sae = 12");
    }

    @Test
    void aRuleOfTheUsersOwnIsRefused() {
        requireRefused(standard(new Halved(D_SAE)), "it has the activation rule " + Halved.class.getName() + ".");
    }

    @Test
    void aRuleThatSaeLensHasOnlyInPartIsRefused() {
        JumpRelu jump = JumpRelu.of(vector(D_SAE), vector(D_SAE));
        TopK top = TopK.of(3, vector(D_SAE));
        requireRefused(standard(jump.keepingNegative()), "it keeps features below 0.");
        requireRefused(standard(jump.atMost(3)), "it has thresholds and keeps at most 3 features of a token.");
        requireRefused(standard(top.keepingNegative()), "it keeps features below 0.");
        requireRefused(standard(top.byMagnitude()), "it keeps features below 0.");
        requireRefused(standard(top.chosenByDecoderNorm()), "chooses the strongest features by the norms");
    }

    @Test
    void aTransformOfElementsAndSegmentsAreRefused() {
        float[] ones = vector(D_IN);
        Relu relu = Relu.of(vector(D_SAE));
        requireRefused(standard(relu).inputAffine(ones, ones), "it transforms each element of the input or the output");
        requireRefused(
                standard(relu).outputAffine(ones, ones), "it transforms each element of the input or the output");
        SaeConfig segments = SaeConfig.builder(SaeArchitecture.STANDARD, D_IN, D_SAE)
                .applyBDecToInput(true)
                .reshape(Reshape.SEGMENTS)
                .build();
        requireRefused(parts(segments, relu), "it lays segments of activations side by side.");
    }

    @Test
    void aTopKTranscoderIsRefused() {
        SaeBuilder builder = SparseAutoencoder.builder(config("transcoder", D_IN, Normalization.NONE))
                .encoder(matrix(D_IN, D_SAE))
                .decoder(matrix(D_SAE, D_IN))
                .decoderBias(vector(D_IN))
                .activation(TopK.of(3, vector(D_SAE)));
        requireRefused(builder, "is a transcoder with the activation rule TopK.");
    }

    @Test
    void anotherOutputWidthIsForTranscodersAlone() {
        SaeBuilder builder = SparseAutoencoder.builder(config("standard", 4, Normalization.NONE))
                .encoder(matrix(D_IN, D_SAE))
                .decoder(matrix(D_SAE, 4))
                .decoderBias(vector(4))
                .activation(Relu.of(vector(D_SAE)));
        requireRefused(builder, "decodes to another width, d_out = 4, and is no transcoder.");
    }

    @Test
    void aSkipMatrixIsForTranscodersAlone() {
        requireRefused(
                standard(Relu.of(vector(D_SAE))).skip(matrix(D_IN, D_IN)), "has a skip matrix and is no transcoder.");
    }

    @Test
    void aConfigurationThatCouldNotBeReadIsRefused() {
        SaeConfig config = SaeConfig.builder(SaeArchitecture.STANDARD, D_IN, D_SAE)
                .applyBDecToInput(true)
                .reshape(Reshape.HOOK_Z)
                .metadata(metadata("blocks.0.hook_resid_post"))
                .build();
        requireRefused(parts(config, Relu.of(vector(D_SAE))), "which does not end with _z.");
    }

    @Test
    void aFieldThatIsNotJsonIsRefused() {
        SaeConfig config = SaeConfig.builder(SaeArchitecture.STANDARD, D_IN, D_SAE)
                .applyBDecToInput(true)
                .otherFields(Map.of("notes", "{unfinished"))
                .build();
        requireRefused(parts(config, Relu.of(vector(D_SAE))), "The configuration's field notes is not JSON");
    }

    private SaeBuilder standard(Activation rule) {
        return parts(SaeConfig.standard(D_IN, D_SAE), rule);
    }

    private SaeBuilder parts(SaeConfig config, Activation rule) {
        return SparseAutoencoder.builder(config)
                .encoder(matrix(D_IN, D_SAE))
                .decoder(matrix(D_SAE, D_IN))
                .decoderBias(vector(D_IN))
                .activation(rule);
    }

    private SaeBuilder temporal(Activation rule, int queryWidth) {
        TemporalPrediction.Layer layer =
                new TemporalPrediction.Layer(linear(queryWidth), linear(queryWidth), linear(D_SAE), linear(D_SAE));
        return standard(rule).prediction(new TemporalPrediction(2, List.of(layer)));
    }

    private TemporalPrediction.Linear linear(int outputs) {
        return new TemporalPrediction.Linear(matrix(outputs, D_SAE), vector(outputs));
    }

    private static SaeConfig config(String architecture, int dOut, Normalization normalization) {
        return SaeConfig.builder(SaeArchitecture.ofLabel(architecture).orElseThrow(), D_IN, D_SAE)
                .dOut(dOut)
                .normalization(normalization)
                .build();
    }

    private static SaeMetadata metadata(String hookName) {
        return SaeMetadata.builder().hookName(hookName).build();
    }

    private void requireRefused(SaeBuilder builder, String reason) {
        try (SparseAutoencoder sae = builder.device(Device.cpu()).build()) {
            assertThatThrownBy(() -> SAE.save(sae, folder))
                    .isInstanceOf(SaeLoadException.class)
                    .hasMessageContaining(reason);
        }
        assertThat(temporary).isEmptyDirectory();
    }

    private void requireSame(SaeBuilder builder, String architecture) {
        try (SparseAutoencoder sae = builder.device(Device.cpu()).build()) {
            requireSame(sae, architecture);
        }
    }

    private SaeConfig requireSame(SparseAutoencoder sae, String architecture) {
        SAE.save(sae, folder);
        try (SparseAutoencoder saved = SAE.from(folder).device(Device.cpu()).open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(vector(9 * D_IN), new Shape(9, D_IN));
            assertThat(saved.config().architecture().label()).isEqualTo(architecture);
            assertThat(saved.encodeDense(x).toFloatArray())
                    .is(closeTo(sae.encodeDense(x).toFloatArray()));
            assertThat(saved.reconstruct(x).toFloatArray())
                    .is(closeTo(sae.reconstruct(x).toFloatArray()));
            assertThat(saved.encode(x).indices()).isEqualTo(sae.encode(x).indices());
            return saved.config();
        }
    }

    private WeightMatrix matrix(int rows, int columns) {
        return WeightMatrix.of(rows(rows, columns));
    }

    private float[][] rows(int rows, int columns) {
        float[][] values = new float[rows][];
        for (int row = 0; row < rows; row++) {
            values[row] = vector(columns);
        }
        return values;
    }

    private float[] vector(int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** A rule that no release of SAELens has. */
    private record Halved(int dSae) implements BlockRule {

        @Override
        public float[] bias() {
            return new float[dSae];
        }

        @Override
        public List<float[]> parameters() {
            return List.of();
        }

        @Override
        public Optional<String> torchScript() {
            return Optional.of("torch.relu_(torch.mul_(h, 0.5))");
        }

        @Override
        public float value(int feature, float h) {
            return Math.max(h / 2, 0);
        }
    }
}
