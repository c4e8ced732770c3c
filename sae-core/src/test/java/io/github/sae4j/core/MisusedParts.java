package io.github.sae4j.core;

import ai.djl.Device;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Builds SAEs of parts that do not fit, for {@link Misuse}. */
final class MisusedParts {

    private final Refusals refusals;

    MisusedParts(Refusals refusals) {
        this.refusals = refusals;
    }

    void building() {
        refusals.refuse("a builder without a configuration", () -> SparseAutoencoder.builder(null));
        SaeConfig config = SaeConfig.standard(2, 3);
        WeightMatrix wEnc = WeightMatrix.of(new float[2][3]);
        WeightMatrix wDec = WeightMatrix.of(new float[3][2]);
        refusals.refuse("no part", () -> SparseAutoencoder.builder(config).build());
        refusals.refuse("null parts", () -> SparseAutoencoder.builder(config).encoder(null));
        refusals.refuse("null parts", () -> SparseAutoencoder.builder(config).decoder(null));
        refusals.refuse("null parts", () -> SparseAutoencoder.builder(config).decoderBias(null));
        refusals.refuse("null parts", () -> SparseAutoencoder.builder(config).activation(null));
        refusals.refuse("null parts", () -> SparseAutoencoder.builder(config).source(null));
        refusals.refuse("null parts", () -> SparseAutoencoder.builder(config).sparsity(null));
        refusals.refuse("null settings", () -> SparseAutoencoder.builder(config).device(null));
        refusals.refuse("null settings", () -> SparseAutoencoder.builder(config).kernel(null));
        refusals.refuse("null settings", () -> SparseAutoencoder.builder(config).runtime(null));
        refusals.refuse(
                "matrices swapped",
                () -> whole(config).encoder(wDec).decoder(wEnc).build());
        refusals.refuse(
                "a decoder bias of another width",
                () -> whole(config).decoderBias(new float[3]).build());
        refusals.refuse(
                "a rule of another width",
                () -> whole(config).activation(Relu.of(new float[2])).build());
        refusals.refuse(
                "sparsity of another width",
                () -> whole(config).sparsity(new float[2]).build());
        refusals.refuse(
                "a device that is not there",
                () -> whole(config).device(Device.gpu(97)).build());
        refusals.refuse(
                "a kind of device that is not there",
                () -> whole(config).device(Device.of("mps", 0)).build());
        refusals.refuse("no reason", () -> SparseAutoencoder.builder(config).withoutDecoder(null));
        refusals.refuse("no skip", () -> SparseAutoencoder.builder(config).skip(null));
        refusals.refuse(
                "a skip matrix of another shape",
                () -> whole(config).skip(WeightMatrix.of(new float[2][3])).build());
        refusals.refuse(
                "a decoder and a reason for none",
                () -> whole(config).withoutDecoder("None.").build());
        refusals.refuse(
                "a matrix that lies transposed and is not meant to",
                () -> whole(config).encoder(wEnc.transposed()).build());
        for (double s : new double[] {0, -1, Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
            refusals.refuse(
                    "a scale of " + s, () -> whole(config).normScalingFactor(s).build());
        }
        refusals.refuse("a rule without a bias", () -> Relu.of(null));
        refusals.refuse("a matrix without rows", () -> WeightMatrix.of(new float[0][]));
        refusals.refuse("a matrix with a null row", () -> WeightMatrix.of(new float[][] {{1}, null}));
        refusals.refuse("a ragged matrix", () -> WeightMatrix.of(new float[][] {{1}, {1, 2}}));
        refusals.refuse(
                "a matrix with too few bytes",
                () -> WeightMatrix.of(WeightType.BFLOAT16, 2, 3, List.of(ByteBuffer.allocateDirect(10))));
        refusals.refuse(
                "a matrix with too few rows",
                () -> WeightMatrix.of(WeightType.BFLOAT16, 2, 3, List.of(ByteBuffer.allocateDirect(6))));
        refusals.refuse("no d_in", () -> SaeConfig.standard(0, 3));
    }

    void rules() {
        float[] three = new float[3];
        refusals.refuse("jump without a bias", () -> JumpRelu.of(null, three));
        refusals.refuse("jump without a threshold", () -> JumpRelu.of(three, null));
        refusals.refuse("one threshold without a bias", () -> JumpRelu.of(null, 1));
        refusals.refuse("a threshold of another width", () -> JumpRelu.of(three, new float[4]));
        refusals.refuse("a gate without a bias", () -> Gated.of(null, three, three));
        refusals.refuse("a gate without a magnitude", () -> Gated.of(three, null, three));
        refusals.refuse("a gate without a scale", () -> Gated.of(three, three, null));
        refusals.refuse("a gate with a scale of another width", () -> Gated.of(three, three, new float[2]));
        refusals.refuse("top-k without a bias", () -> TopK.of(1, null));
        for (int k : new int[] {Integer.MIN_VALUE, -1, 0, 4, Integer.MAX_VALUE}) {
            refusals.refuse("top-" + k, () -> TopK.of(k, three));
        }
        SaeConfig config = SaeConfig.standard(2, 3);
        List<float[]> noParameter = new ArrayList<>();
        noParameter.add(null);
        Optional<String> relu = Optional.of("torch.relu_(h)");
        refusals.accept("a sound rule", () -> build(config, new AnyRule(3, three, List.of(three), relu, 2)));
        refusals.refuse(
                "a rule of another width", () -> build(config, new AnyRule(4, new float[4], List.of(), relu, 1)));
        refusals.refuse(
                "a rule with a bias of another width",
                () -> build(config, new AnyRule(3, new float[4], List.of(), relu, 1)));
        refusals.refuse("a rule without a bias", () -> build(config, new AnyRule(3, null, List.of(), relu, 1)));
        refusals.refuse("a rule with null for parameters", () -> build(config, new AnyRule(3, three, null, relu, 1)));
        refusals.refuse(
                "a rule with a null parameter", () -> build(config, new AnyRule(3, three, noParameter, relu, 1)));
        refusals.refuse(
                "a rule with a short parameter",
                () -> build(config, new AnyRule(3, three, List.of(new float[2]), relu, 1)));
        refusals.refuse(
                "a rule with null for a script", () -> build(config, new AnyRule(3, three, List.of(), null, 1)));
        refusals.accept(
                "a rule without a script", () -> build(config, new AnyRule(3, three, List.of(), Optional.empty(), 1)));
        refusals.refuse(
                "a rule without a script on libtorch",
                () -> build(config, new AnyRule(3, three, List.of(), Optional.empty(), 1), Kernel.TORCHSCRIPT));
        refusals.refuse(
                "a rule that is no script",
                () -> build(
                        config, new AnyRule(3, three, List.of(), Optional.of("relu of (h"), 1), Kernel.TORCHSCRIPT));
        refusals.refuse("a rule that keeps none", () -> build(config, new AnyRule(3, three, List.of(), relu, 0)));
        refusals.refuse("a rule that keeps too many", () -> build(config, new AnyRule(3, three, List.of(), relu, 4)));
    }

    private static void build(SaeConfig config, BlockRule rule) {
        build(whole(config).activation(rule));
    }

    private static void build(SaeConfig config, BlockRule rule, Kernel kernel) {
        build(whole(config).activation(rule).kernel(kernel));
    }

    private static void build(SaeBuilder builder) {
        try (SparseAutoencoder sae = builder.build()) {
            sae.encode(new float[2]);
        }
    }

    /** A rule as a careless user may write it. */
    @SuppressWarnings("ArrayRecordComponent")
    private record AnyRule(
            int dSae, float[] bias, List<float[]> parameters, Optional<String> torchScript, int mostActive)
            implements BlockRule {
        @Override
        public float value(int feature, float h) {
            return Math.max(h, 0);
        }
    }

    private static SaeBuilder whole(SaeConfig config) {
        return SparseAutoencoder.builder(config)
                .encoder(WeightMatrix.of(new float[2][3]))
                .decoder(WeightMatrix.of(new float[3][2]))
                .decoderBias(new float[2])
                .activation(Relu.of(new float[3]));
    }

    void pursuitAndPrediction() {
        refusals.refuse("no prediction", () -> whole(SaeConfig.standard(2, 3)).prediction(null));
        refusals.refuse("no layers", () -> new TemporalPrediction(1, null));
        refusals.refuse("no layer", () -> new TemporalPrediction(1, List.of()));
        refusals.refuse("no heads", () -> new TemporalPrediction(0, List.of()));
        refusals.refuse("a layer of nothing", () -> new TemporalPrediction.Layer(null, null, null, null));
        refusals.refuse("a map of nothing", () -> new TemporalPrediction.Linear(null, null));
        WeightMatrix matrix = WeightMatrix.of(new float[2][3]);
        refusals.refuse("a map without a bias", () -> new TemporalPrediction.Linear(matrix, null));
        refusals.refuse("a map with a long bias", () -> new TemporalPrediction.Linear(matrix, new float[3]));
        refusals.refuse("pursuit of nothing", () -> MatchingPursuit.of(0));
        refusals.refuse("pursuit without end", () -> MatchingPursuit.of(1).maxIterations(0));
        refusals.refuse("pursuit to NaN", () -> MatchingPursuit.of(1).residualThreshold(Double.NaN));
        refusals.refuse(
                "pursuit with an encoder",
                () -> whole(SaeConfig.standard(2, 3))
                        .activation(MatchingPursuit.of(3))
                        .build());
    }
}
