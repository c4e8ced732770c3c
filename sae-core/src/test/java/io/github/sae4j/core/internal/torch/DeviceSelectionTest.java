package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.BlockRule;
import io.github.sae4j.core.GroupMax;
import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.TopK;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.DecoderNorms;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.WorkerPool;
import io.github.sae4j.core.internal.host.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What selects and packs active features on a GPU finds the same ones, to the bit, as what does so on a CPU. It runs on any
 * device, so it is compared on the CPU here. All numbers are small integers: products are exact, and many features are
 * equal.
 */
class DeviceSelectionTest {

    private static final int D_IN = 6;
    private static final int D_SAE = 1300;

    private static float[] integers(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(-2, 3);
        }
        return values;
    }

    private static float[][] rows(int rows, int columns, long seed) {
        float[][] all = new float[rows][];
        for (int row = 0; row < rows; row++) {
            all[row] = integers(columns, seed * 1000 + row);
        }
        return all;
    }

    private static float[] bias(float value) {
        float[] bias = new float[D_SAE];
        Arrays.fill(bias, value);
        return bias;
    }

    private static KernelParts parts(BlockRule rule, boolean checkFinite) {
        return new KernelParts(
                SaeConfig.standard(D_IN, D_SAE),
                WeightMatrix.of(rows(D_IN, D_SAE, 1)),
                WeightMatrix.of(rows(D_SAE, D_IN, 2)),
                new float[D_IN],
                null,
                rule,
                null,
                1,
                null,
                null,
                checkFinite,
                null);
    }

    private static TorchNorms norms(KernelParts parts, PtNDManager call) {
        return TorchNorms.of(DecoderNorms.of(parts, false, new Workers(WorkerPool.shared(), Stop.NEVER)), call);
    }

    /** Encodes in both ways, with several sizes, sparse and dense. */
    private static void assertSame(BlockRule rule, float[] activations) {
        KernelParts parts = parts(rule, false);
        int tokens = activations.length / D_IN;
        Script script = Script.withRule(rule.torchScript().orElseThrow());
        try (TorchWeights weights = TorchWeights.open(parts, Device.cpu(), script);
                PtNDManager call = TorchRuntime.newManager(Device.cpu())) {
            PtNDArray x = HostArrays.ofFloats(call, activations, 0, activations.length);
            InputTransform transform = InputTransform.of(parts);
            TorchNorms norms = norms(parts, call);
            BlockEncoder cpu = new BlockEncoder(script, weights, transform, rule, norms, Stop.NEVER);
            Rows expected = cpu.encode(call, x, tokens, null).encoded().rows();
            float[] expectedDense = dense(cpu, call, x, tokens);
            for (ChunkSize size : List.of(
                    new ChunkSize(1024, D_SAE),
                    new ChunkSize(1024, 512),
                    new ChunkSize(1024, 100),
                    new ChunkSize(3, 512),
                    new ChunkSize(1, 1299))) {
                BlockEncoder device = new BlockEncoder(script, weights, transform, rule, norms, size, true, Stop.NEVER);
                Rows rows = device.encode(call, x, tokens, null).encoded().rows();
                assertThat(rows.offsets()).as("%s", size).isEqualTo(expected.offsets());
                assertThat(rows.indices()).as("%s", size).isEqualTo(expected.indices());
                assertThat(rows.values()).as("%s", size).isEqualTo(expected.values());
                assertThat(dense(device, call, x, tokens)).as("%s", size).isEqualTo(expectedDense);
            }
        }
    }

    private static float[] dense(BlockEncoder encoder, PtNDManager call, PtNDArray x, int tokens) {
        PtNDArray dense = HostArrays.empty(call, new Shape(tokens, D_SAE), DataType.FLOAT32, Device.cpu());
        encoder.encode(call, x, tokens, dense);
        return DeviceDecodingTest.copyOf(dense);
    }

    @Test
    void findsWhatARuleLeavesActive() {
        for (int tokens : new int[] {1, 2, 40}) {
            float[] activations = integers(tokens * D_IN, tokens);
            assertSame(Relu.of(bias(0)), activations);
            assertSame(Relu.of(bias(-7)), activations);
            assertSame(Relu.of(bias(-1000)), activations);
            assertSame(JumpRelu.of(bias(0), 3), activations);
            assertSame(JumpRelu.of(bias(0), -3).keepingNegative(), activations);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 31, 32, 33, 64, 81, 82, 511, 512, 513, 700, 1299})
    void findsTheStrongestAndTheLowerIndexAmongEquals(int k) {
        for (int tokens : new int[] {1, 3, 40}) {
            float[] activations = integers(tokens * D_IN, tokens);
            assertSame(TopK.of(k, bias(1)), activations);
            assertSame(TopK.of(k, bias(-9)), activations);
            assertSame(TopK.of(k, bias(1)).rescaledByDecoderNorm(), activations);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 13, 130, 650})
    void findsTheStrongestOfEachGroup(int groups) {
        for (float bias : new float[] {1, -9}) {
            assertSame(GroupMax.of(groups, bias(bias)), integers(40 * D_IN, 40));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 33, 82, 700, 1299})
    void findsTheStrongestByOtherThanPositiveValues(int k) {
        for (int tokens : new int[] {1, 40}) {
            float[] activations = integers(tokens * D_IN, tokens);
            for (float bias : new float[] {1, -9, -1000}) {
                assertSame(TopK.of(k, bias(bias)).keepingNegative(), activations);
                assertSame(TopK.of(k, bias(bias)).byMagnitude(), activations);
                assertSame(TopK.of(k, bias(bias)).chosenByDecoderNorm(), activations);
            }
            assertSame(JumpRelu.of(bias(1), 3).atMost(k), activations);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 20, 700})
    void findsTheSameAmongValuesThatAreNotFinite(int k) {
        float[] biases = bias(1);
        biases[3] = Float.NaN;
        biases[700] = Float.POSITIVE_INFINITY;
        biases[701] = Float.NaN;
        biases[800] = Float.NEGATIVE_INFINITY;
        float[] activations = integers(5 * D_IN, 5);
        activations[8] = Float.NaN;
        activations[15] = Float.POSITIVE_INFINITY;
        assertSame(TopK.of(k, biases), activations);
        assertSame(TopK.of(k, biases).keepingNegative(), activations);
        assertSame(TopK.of(k, biases).byMagnitude(), activations);
    }

    /** A rule whose values may be below zero, or zero with a sign: none of those is ever among the strongest. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20, 700})
    void neverFindsWhatIsNotAboveZero(int k) {
        BlockRule negated = new BlockRule() {
            @Override
            public int dSae() {
                return D_SAE;
            }

            @Override
            public float[] bias() {
                return new float[D_SAE];
            }

            @Override
            public List<float[]> parameters() {
                return List.of();
            }

            @Override
            public Optional<String> torchScript() {
                return Optional.of("torch.neg(h)");
            }

            @Override
            public float value(int feature, float h) {
                return -h;
            }

            @Override
            public int mostActive() {
                return k;
            }
        };
        assertSame(negated, integers(20 * D_IN, 9));
        assertSame(negated, new float[3 * D_IN]);
    }

    @Test
    void packsARowForEveryTokenThoughNoneIsActive() {
        KernelParts parts = parts(Relu.of(bias(-1000)), true);
        Script script = Script.withRule(Relu.of(bias(0)).torchScript().orElseThrow());
        try (TorchWeights weights = TorchWeights.open(parts, Device.cpu(), script);
                PtNDManager call = TorchRuntime.newManager(Device.cpu())) {
            BlockEncoder device = new BlockEncoder(
                    script,
                    weights,
                    InputTransform.of(parts),
                    (BlockRule) parts.rule(),
                    norms(parts, call),
                    new ChunkSize(2, 512),
                    true,
                    Stop.NEVER);
            PtNDArray x = HostArrays.ofFloats(call, integers(5 * D_IN, 3), 0, 5 * D_IN);
            Rows rows = device.encode(call, x, 5, null).encoded().rows();
            assertThat(rows.offsets()).isEqualTo(new int[6]);
            assertThat(rows.indices()).isEmpty();
        }
    }
}
