package io.github.sae4j.core.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.Rows;
import io.github.sae4j.core.internal.host.Stop;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Decoding as on a GPU, in chunks of any size, gives what decoding all tokens at once gives on a CPU. All numbers are small
 * integers, so that sums are exact in every order.
 */
class DeviceDecodingTest {

    private static final int D_IN = 6;
    private static final int D_SAE = 1300;
    private static final int TOKENS = 7;

    private static float[] integers(int count, long seed, int zeros) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(zeros + 1) == 0 ? random.nextInt(-2, 3) : 0;
        }
        return values;
    }

    private static float[][] rows(int rows, int columns) {
        float[][] all = new float[rows][];
        for (int row = 0; row < rows; row++) {
            all[row] = integers(columns, row, 0);
        }
        return all;
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 0", "3, 0", "100, 0", "1, 40", "2, 40", "3, 40", "100, 40"})
    void addsUpTheSameWhateverTheChunks(int chunk, int zeros) {
        float[] features = integers(TOKENS * D_SAE, 5, zeros);
        float[] scale = {1, 2, 3, 4, 5, 6, 7};
        float[] shift = {-3, 2, -1, 0, 1, 2, 3};
        KernelParts parts = new KernelParts(
                SaeConfig.standard(D_IN, D_SAE),
                WeightMatrix.of(rows(D_IN, D_SAE)),
                WeightMatrix.of(rows(D_SAE, D_IN)),
                integers(D_IN, 9, 0),
                null,
                Relu.of(new float[D_SAE]),
                null,
                1,
                null,
                null,
                true,
                null);
        Script script = Script.withRule("torch.relu_(h)");
        try (TorchWeights weights = TorchWeights.open(parts, Device.cpu(), script);
                PtNDManager call = TorchRuntime.newManager(Device.cpu())) {
            InputTransform transform = InputTransform.of(parts);
            PtNDArray norms = HostArrays.ofFloats(call, new float[0], 0, 0);
            PtNDArray dense = HostArrays.ofFloats(call, features, 0, features.length);
            TokenChunks chunks = new TokenChunks("decoding", chunk, TokenChunks.Memory.of(Device.cpu()), Stop.NEVER);
            TorchDecoder cpu = new TorchDecoder(script, weights, transform, norms, Stop.NEVER);
            TorchDecoder device = new TorchDecoder(script, weights, transform, norms, chunks, true);
            float[] expected = new float[TOKENS * D_IN];
            for (int token = 0; token < TOKENS; token++) {
                for (int i = 0; i < D_IN; i++) {
                    double sum = parts.decoderBias()[i];
                    for (int feature = 0; feature < D_SAE; feature++) {
                        sum += features[token * D_SAE + feature] * integers(D_IN, feature, 0)[i];
                    }
                    expected[token * D_IN + i] = (float) (sum * scale[token] + shift[token]);
                }
            }
            for (TorchDecoder decoder : new TorchDecoder[] {cpu, device}) {
                PtNDArray out = newOut(call);
                decoder.decodeDense(call, dense, TOKENS, scale, shift, out);
                assertThat(copyOf(out)).isEqualTo(expected);
                PtNDArray fromSparse = newOut(call);
                decoder.decode(call, active(features), scale, shift, fromSparse);
                assertThat(copyOf(fromSparse)).isEqualTo(expected);
            }
        }
    }

    /** Returns a copy of a float32 array on the Java heap. */
    static float[] copyOf(PtNDArray array) {
        float[] values = new float[(int) array.getShape().size()];
        HostArrays.floats(array).get(values);
        return values;
    }

    private static PtNDArray newOut(PtNDManager call) {
        return HostArrays.empty(call, new Shape(TOKENS, D_IN), DataType.FLOAT32, Device.cpu());
    }

    private static Rows active(float[] features) {
        int count = 0;
        for (float value : features) {
            count += value != 0 ? 1 : 0;
        }
        int[] offsets = new int[TOKENS + 1];
        int[] indices = new int[count];
        float[] values = new float[count];
        int at = 0;
        for (int i = 0; i < features.length; i++) {
            if (features[i] != 0) {
                indices[at] = i % D_SAE;
                values[at++] = features[i];
            }
            offsets[i / D_SAE + 1] = at;
        }
        return new Rows(offsets, indices, values);
    }
}
