package io.github.sae4j.core;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Temporal SAEs, against the same maths in float64. */
class TemporalTest {

    private static final int D_IN = 8;
    private static final int D_SAE = 600;
    private static final int WIDTH = 12;
    private static final int HEADS = 4;
    private static final float SCALE = 3;

    /** The attention weights of one layer, {@code [outputs][inputs]} each. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Layer(float[][][] weights, float[][] biases) {

        static Layer of(int seed, WeightType type) {
            SplittableRandom random = new SplittableRandom(seed);
            int[] outputs = {WIDTH, WIDTH, D_SAE, D_SAE};
            float[][][] weights = new float[4][][];
            float[][] biases = new float[4][];
            for (int part = 0; part < 4; part++) {
                weights[part] = TinySae.matrix(random, outputs[part], D_SAE, type);
                biases[part] = TinySae.matrix(random, 1, outputs[part], WeightType.FLOAT32)[0];
            }
            return new Layer(weights, biases);
        }

        TemporalPrediction.Layer stored(TinySae tiny) {
            List<TemporalPrediction.Linear> parts = new ArrayList<>();
            for (int part = 0; part < 4; part++) {
                parts.add(new TemporalPrediction.Linear(tiny.stored(weights[part]), biases[part]));
            }
            return new TemporalPrediction.Layer(parts.get(0), parts.get(1), parts.get(2), parts.get(3));
        }

        double[] apply(int part, double[] x) {
            double[] y = new double[biases[part].length];
            for (int i = 0; i < y.length; i++) {
                y[i] = biases[part][i];
                for (int j = 0; j < x.length && weights[part][i].length == x.length; j++) {
                    y[i] += weights[part][i][j] * x[j];
                }
            }
            return y;
        }
    }

    private static TinySae tiny(WeightType type, boolean subtract) {
        return TinySae.of(TinySae.config(D_IN, D_SAE, Normalization.NONE, Reshape.NONE, subtract), type);
    }

    private static SaeBuilder builder(TinySae tiny, BlockRule rule, List<Layer> layers) {
        return tiny.builder()
                .activation(rule)
                .normScalingFactor(SCALE)
                .prediction(new TemporalPrediction(
                        HEADS, layers.stream().map(layer -> layer.stored(tiny)).toList()));
    }

    /** Returns a temporal SAE with one attention layer. */
    static SparseAutoencoder open() {
        return builder(
                        tiny(WeightType.FLOAT32, true),
                        Relu.of(new float[D_SAE]),
                        List.of(Layer.of(1, WeightType.FLOAT32)))
                .build();
    }

    /** What the plain maths makes of one sequence. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Plain(double[][] novel, double[][] reconstruction) {

        static Plain of(TinySae tiny, BlockRule rule, List<Layer> layers, float[][] sequence) {
            int tokens = sequence.length;
            double[][] residual = new double[tokens][D_IN];
            double[][] predicted = new double[tokens][D_IN];
            for (int token = 0; token < tokens; token++) {
                for (int i = 0; i < D_IN; i++) {
                    residual[token][i] = (double) sequence[token][i] * SCALE
                            - (tiny.config().applyBDecToInput() ? tiny.bDec()[i] : 0);
                }
            }
            for (Layer layer : layers) {
                take(tiny, layer, residual, predicted);
            }
            double[][] novel = new double[tokens][];
            double[][] reconstruction = new double[tokens][];
            for (int token = 0; token < tokens; token++) {
                novel[token] = PlainRule.strongest(codes(tiny, residual[token]), rule.mostActive());
                reconstruction[token] = PlainRule.STANDARD.decoded(tiny, novel[token]);
                for (int i = 0; i < D_IN; i++) {
                    reconstruction[token][i] =
                            (reconstruction[token][i] + predicted[token][i] + tiny.bDec()[i]) / SCALE;
                }
            }
            return new Plain(novel, reconstruction);
        }

        private static void take(TinySae tiny, Layer layer, double[][] residual, double[][] predicted) {
            int tokens = residual.length;
            double[][] queries = new double[tokens][];
            double[][] keys = new double[tokens][];
            double[][] values = new double[tokens][];
            double[] before = new double[D_SAE];
            for (int token = 0; token < tokens; token++) {
                double[] codes = codes(tiny, residual[token]);
                queries[token] = layer.apply(0, codes);
                keys[token] = layer.apply(1, before);
                values[token] = layer.apply(2, before);
                before = codes;
            }
            for (int token = 0; token < tokens; token++) {
                double[] p = layer.apply(3, attention(queries[token], keys, values, token));
                double[] d = new double[D_IN];
                for (int feature = 0; feature < D_SAE; feature++) {
                    for (int i = 0; i < D_IN; i++) {
                        d[i] += Math.max(p[feature], 0) * tiny.wDec()[feature][i];
                    }
                }
                double length = Math.sqrt(dot(d, d)) + 1e-6;
                double share = dot(d, residual[token]) / (length * length);
                for (int i = 0; i < D_IN; i++) {
                    predicted[token][i] += share * d[i];
                    residual[token][i] -= share * d[i];
                }
            }
        }

        private static double[] attention(double[] query, double[][] keys, double[][] values, int token) {
            double[] out = new double[D_SAE];
            int width = WIDTH / HEADS;
            int slice = D_SAE / HEADS;
            for (int head = 0; head < HEADS; head++) {
                double[] weights = new double[token + 1];
                for (int seen = 0; seen <= token; seen++) {
                    double score = 0;
                    for (int i = head * width; i < (head + 1) * width; i++) {
                        score += query[i] * keys[seen][i];
                    }
                    weights[seen] = Math.exp(score / Math.sqrt(width));
                }
                double sum = Arrays.stream(weights).sum();
                for (int seen = 0; seen <= token; seen++) {
                    for (int i = head * slice; i < (head + 1) * slice; i++) {
                        out[i] += weights[seen] / sum * values[seen][i];
                    }
                }
            }
            return out;
        }

        private static double[] codes(TinySae tiny, double[] residual) {
            double[] codes = new double[D_SAE];
            for (int feature = 0; feature < D_SAE; feature++) {
                for (int i = 0; i < D_IN; i++) {
                    codes[feature] += residual[i] * tiny.wEnc()[i][feature];
                }
                codes[feature] = Math.max(codes[feature] / (4 * D_IN), 0);
            }
            return codes;
        }

        private static double dot(double[] a, double[] b) {
            double sum = 0;
            for (int i = 0; i < a.length; i++) {
                sum += a[i] * b[i];
            }
            return sum;
        }
    }

    static Stream<TinySae> everyLayout() {
        return Stream.of(WeightType.values())
                .flatMap(type -> Stream.of(
                        tiny(type, true),
                        tiny(type, false),
                        tiny(type, true).inParts(3),
                        tiny(type, true).inParts(3).lyingTransposed(true, true)));
    }

    @ParameterizedTest
    @MethodSource("everyLayout")
    void predictsAsThePlainMathsDo(TinySae tiny) {
        agrees(tiny, TopK.of(9, new float[D_SAE]), List.of(Layer.of(1, tiny.type())), 3, 5);
        agrees(tiny, Relu.of(new float[D_SAE]), List.of(Layer.of(1, tiny.type()), Layer.of(2, tiny.type())), 2, 4);
    }

    @Test
    void takesSequencesOfOneTokenAndOfMoreThanAChunk() {
        TinySae tiny = tiny(WeightType.FLOAT32, true);
        List<Layer> layers = List.of(Layer.of(1, WeightType.FLOAT32));
        agrees(tiny, TopK.of(9, new float[D_SAE]), layers, 2, 1);
        agrees(tiny, TopK.of(9, new float[D_SAE]), layers, 1, 300);
    }

    private static void agrees(TinySae tiny, BlockRule rule, List<Layer> layers, int batch, int sequence) {
        float[][] activations = tiny.activations(batch * sequence, 4);
        float[] novel = new float[batch * sequence * D_SAE];
        float[] reconstruction = new float[batch * sequence * D_IN];
        float[] decoded = new float[batch * sequence * D_IN];
        for (int first = 0; first < batch * sequence; first += sequence) {
            Plain plain = Plain.of(tiny, rule, layers, Arrays.copyOfRange(activations, first, first + sequence));
            for (int token = 0; token < sequence; token++) {
                double[] alone = PlainRule.STANDARD.decoded(tiny, plain.novel()[token]);
                for (int i = 0; i < D_SAE; i++) {
                    novel[(first + token) * D_SAE + i] = (float) plain.novel()[token][i];
                }
                for (int i = 0; i < D_IN; i++) {
                    reconstruction[(first + token) * D_IN + i] = (float) plain.reconstruction()[token][i];
                    decoded[(first + token) * D_IN + i] = (float) ((alone[i] + tiny.bDec()[i]) / SCALE);
                }
            }
        }
        try (SparseAutoencoder sae = builder(tiny, rule, layers).build();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(activations), new Shape(batch, sequence, D_IN));
            NDArray dense = sae.encodeDense(x);
            assertThat(dense.getShape()).isEqualTo(new Shape(batch, sequence, D_SAE));
            assertThat(dense.toFloatArray()).is(closeTo(novel));
            SparseFeatures sparse = sae.encode(x);
            assertThat(TinySae.flat(sparse.toDense())).isEqualTo(dense.toFloatArray());
            assertThat(sae.decode(dense).toFloatArray()).is(closeTo(decoded));
            assertThat(sae.decode(sparse, manager).toFloatArray()).is(closeTo(decoded));
            assertThat(sae.reconstruct(x).toFloatArray()).is(closeTo(reconstruction));
            NDForwardPass pass = sae.forward(x);
            assertThat(pass.features()).isEqualTo(sparse);
            assertThat(pass.reconstruction().toFloatArray()).is(closeTo(reconstruction));
            assertThat(x.toFloatArray()).isEqualTo(TinySae.flat(activations));
        }
    }

    @Test
    void keepsWhatIsNotFiniteFromTheTokensBefore() {
        TinySae tiny = tiny(WeightType.FLOAT32, true);
        int sequence = 20;
        int bad = 13;
        float[][] activations = tiny.activations(2 * sequence, 4);
        try (SparseAutoencoder sae = builder(
                                tiny, TopK.of(9, new float[D_SAE]), List.of(Layer.of(1, WeightType.FLOAT32)))
                        .allowNonFinite(true)
                        .build();
                NDManager manager = sae.newManager()) {
            Shape shape = new Shape(2, sequence, D_IN);
            float[] clean = sae.reconstruct(manager.create(TinySae.flat(activations), shape))
                    .toFloatArray();
            activations[bad][3] = Float.NaN;
            NDArray x = manager.create(TinySae.flat(activations), shape);
            float[] reconstruction = sae.reconstruct(x).toFloatArray();
            assertThat(Arrays.copyOf(reconstruction, bad * D_IN)).is(closeTo(Arrays.copyOf(clean, bad * D_IN)));
            assertThat(Arrays.copyOfRange(reconstruction, sequence * D_IN, 2 * sequence * D_IN))
                    .is(closeTo(Arrays.copyOfRange(clean, sequence * D_IN, 2 * sequence * D_IN)));
            assertThat(reconstruction[bad * D_IN]).isNaN();
            assertThat(reconstruction[(sequence - 1) * D_IN]).isNaN();
        }
    }

    @Test
    void keepsItsBiasesWhateverTheirReaderDoes() {
        float[] bias = {1, 2};
        TemporalPrediction.Linear linear =
                new TemporalPrediction.Linear(WeightMatrix.of(new float[][] {{1}, {1}}), bias);
        bias[0] = 5;
        linear.bias()[1] = 5;
        assertThat(linear.bias()).containsExactly(1, 2);
    }

    @Test
    void takesOneSequenceAsAJavaArray() {
        TinySae tiny = tiny(WeightType.FLOAT32, true);
        float[][] sequence = tiny.activations(5, 3);
        try (SparseAutoencoder sae = open();
                NDManager manager = sae.newManager()) {
            NDArray x = manager.create(TinySae.flat(sequence), new Shape(1, 5, D_IN));
            assertThat(sae.encodeSequence(sequence).active(4))
                    .isEqualTo(sae.encode(x).active(4));
            ForwardPass pass = sae.forwardSequence(sequence);
            assertThat(pass.features()).isEqualTo(sae.encodeSequence(sequence));
            assertThat(TinySae.flat(pass.reconstruction()))
                    .isEqualTo(sae.reconstruct(x).toFloatArray());
            assertThat(sae.forwardSequence(new float[0][]).reconstruction()).isEmpty();
        }
        try (SparseAutoencoder other = tiny.open()) {
            assertThat(other.encodeSequence(sequence)).isEqualTo(other.encode(sequence));
            assertThat(other.forwardSequence(sequence).error(sequence))
                    .isEqualTo(other.forward(sequence).error(sequence));
        }
    }

    @Test
    void takesNothingButSequences() {
        try (SparseAutoencoder sae = open();
                NDManager manager = sae.newManager()) {
            for (Shape shape : List.of(new Shape(D_IN), new Shape(2, D_IN), new Shape(2, 1, 2, D_IN))) {
                NDArray x = manager.ones(shape);
                assertThatThrownBy(() -> sae.encode(x))
                        .isInstanceOf(SaeException.class)
                        .hasMessageContaining("so it takes [batch, sequence, d_in = 8]");
                assertThatThrownBy(() -> sae.encode(x)).isInstanceOf(SaeException.class);
                assertThatThrownBy(() -> sae.reconstruct(x)).isInstanceOf(SaeException.class);
                assertThatThrownBy(() -> sae.inverseTransform(x)).isInstanceOf(SaeException.class);
            }
            assertThatThrownBy(() -> sae.encode(new float[D_IN]))
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("not tokens alone");
            assertThatThrownBy(() -> sae.encode(new float[2][D_IN])).isInstanceOf(SaeException.class);
            assertThatThrownBy(() -> sae.reconstruct(new float[D_IN])).isInstanceOf(SaeException.class);
            assertThatThrownBy(() -> sae.reconstruct(new float[2][D_IN])).isInstanceOf(SaeException.class);
            assertThatThrownBy(sae::foldDecoderNorms)
                    .isInstanceOf(SaeException.class)
                    .hasMessageContaining("temporal");
            assertThat(sae.reconstruct(manager.create(new Shape(2, 0, D_IN))).getShape())
                    .isEqualTo(new Shape(2, 0, D_IN));
        }
    }

    @Test
    void leavesNothingBehind() {
        try (SparseAutoencoder sae = open();
                NDManager manager = sae.newManager()) {
            NDManager root = manager.getParentManager();
            int arrays = root.getManagedArrays().size();
            for (int call = 0; call < 20; call++) {
                try (NDManager own = sae.newManager()) {
                    NDArray x = own.ones(new Shape(2, 3, D_IN));
                    sae.encode(x);
                    sae.encode(x);
                    sae.reconstruct(x);
                    sae.inverseTransform(x);
                }
            }
            assertThat(root.getManagedArrays().size()).isEqualTo(arrays);
        }
    }

    @Test
    void refusesAttentionThatDoesNotFit() {
        TinySae tiny = tiny(WeightType.FLOAT32, true);
        Layer layer = Layer.of(1, WeightType.FLOAT32);
        TemporalPrediction.Layer stored = layer.stored(tiny);
        assertThatThrownBy(() -> tiny.builder()
                        .prediction(new TemporalPrediction(5, List.of(stored)))
                        .build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("5 attention heads do not divide the width of queries, 12");
        TemporalPrediction.Layer swapped =
                new TemporalPrediction.Layer(stored.query(), stored.value(), stored.key(), stored.projection());
        assertThatThrownBy(() -> tiny.builder()
                        .prediction(new TemporalPrediction(4, List.of(swapped)))
                        .build())
                .isInstanceOf(SaeException.class)
                .hasMessageContaining("k_ctx has a weight of the shape [600, 600], but must have [12, 600]");
    }
}
