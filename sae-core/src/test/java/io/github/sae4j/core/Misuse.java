package io.github.sae4j.core;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.github.sae4j.core.internal.torch.TensorsOfAnyType;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/**
 * Calls every public entry of an SAE with what it must refuse. Runs as a program of its own, because the mistakes that
 * this looks for end the process.
 */
final class Misuse {

    private static final int D_IN = 16;
    private static final int D_SAE = 40;

    private final Map<String, String> failures = new LinkedHashMap<>();
    private int calls;

    private Misuse() {}

    public static void main(String[] args) {
        Misuse misuse = new Misuse();
        for (PlainRule rule : PlainRule.values()) {
            try (SparseAutoencoder sae = TinySae.of(D_IN, D_SAE).withRule(rule).open();
                    NDManager manager = sae.newManager()) {
                misuse.arrays(sae, manager);
                misuse.types(sae, manager);
                misuse.features(sae, manager);
                misuse.plainArrays(sae);
                misuse.managers(sae);
            }
        }
        misuse.rules();
        misuse.building();
        misuse.closedSae();
        misuse.failures.forEach((call, why) -> System.out.println("FAILED " + call + ": " + why));
        System.out.println(misuse.calls + " calls, " + misuse.failures.size() + " failures");
    }

    /** Every entry that takes an array of activations. */
    private static Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> activationEntries() {
        Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> entries = new LinkedHashMap<>();
        entries.put("encode", SparseAutoencoder::encode);
        entries.put("encodeSparse", SparseAutoencoder::encodeSparse);
        entries.put("reconstruct", SparseAutoencoder::reconstruct);
        entries.put("inverseTransform", SparseAutoencoder::inverseTransform);
        return entries;
    }

    /** Every entry that takes an array of features. */
    private static Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> featureEntries() {
        Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> entries = new LinkedHashMap<>();
        entries.put("decode", SparseAutoencoder::decode);
        entries.put("decode with transform", (sae, x) -> sae.decode(x, InverseTransform.identity()));
        return entries;
    }

    private void arrays(SparseAutoencoder sae, NDManager manager) {
        arrays(sae, manager, activationEntries(), D_IN);
        arrays(sae, manager, featureEntries(), D_SAE);
    }

    private void arrays(
            SparseAutoencoder sae,
            NDManager manager,
            Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> entries,
            int width) {
        NDArray closed = manager.create(new Shape(2, width));
        closed.close();
        NDArray ofClosedManager;
        try (NDManager shortLived = sae.newManager()) {
            ofClosedManager = shortLived.create(new Shape(2, width));
        }
        Map<String, @Nullable NDArray> bad = new LinkedHashMap<>();
        bad.put("null", null);
        bad.put("a closed array", closed);
        bad.put("an array of a closed manager", ofClosedManager);
        bad.put("an array of another engine", foreign(NDArray.class));
        bad.put("a string", manager.create("text"));
        bad.put("strings", manager.create(new String[] {"a", "b"}, StandardCharsets.UTF_8, new Shape(2)));
        bad.put(
                "a sparse array",
                manager.create(new float[2 * width], new Shape(2, width)).toSparse(SparseFormat.COO));
        bad.put("a scalar", manager.create(1f));
        bad.put("a wrong width", manager.create(new float[2 * (width - 1)], new Shape(2, width - 1)));
        bad.put("the axes swapped", manager.create(new float[2 * width], new Shape(width, 2)));
        bad.put("no column", manager.create(new Shape(2, 0)));
        bad.put("nothing", manager.create(new Shape(0)));
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            float[] values = new float[2 * width];
            values[width + 3] = value;
            bad.put("an array with " + value, manager.create(values, new Shape(2, width)));
        }
        entries.forEach((name, entry) ->
                bad.forEach((what, array) -> refuse(name + " of " + what, () -> entry.accept(sae, array))));
    }

    private void types(SparseAutoencoder sae, NDManager manager) {
        types(sae, manager, activationEntries(), D_IN);
        types(sae, manager, featureEntries(), D_SAE);
    }

    private void types(
            SparseAutoencoder sae,
            NDManager manager,
            Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> entries,
            int width) {
        List<String> accepted = List.of("float16", "float32", "bfloat16");
        NDArray floats = manager.ones(new Shape(2, width));
        entries.forEach((name, entry) -> TensorsOfAnyType.types().forEach((type, code) -> {
            NDArray array = TensorsOfAnyType.cast(floats, code, manager);
            ThrowingCallable call = () -> entry.accept(sae, array);
            if (accepted.contains(type)) {
                accept(name + " of " + type, call);
            } else {
                refuse(name + " of " + type, call);
            }
        }));
        for (DataType type : List.of(
                DataType.FLOAT64, DataType.INT8, DataType.UINT8, DataType.INT32, DataType.INT64, DataType.BOOLEAN)) {
            NDArray array =
                    manager.create(ByteBuffer.allocateDirect(width * type.getNumOfBytes()), new Shape(width), type);
            entries.forEach((name, entry) -> refuse(name + " of DJL's " + type, () -> entry.accept(sae, array)));
        }
    }

    private void features(SparseAutoencoder sae, NDManager manager) {
        Map<String, @Nullable SparseFeatures> bad = new LinkedHashMap<>();
        bad.put("null", null);
        bad.put("another SAE's features", oneFeature(D_SAE + 1, 3, 1, InverseTransform.identity()));
        bad.put("NaN", oneFeature(D_SAE, 3, Float.NaN, InverseTransform.identity()));
        bad.put("infinity", oneFeature(D_SAE, 3, Float.POSITIVE_INFINITY, InverseTransform.identity()));
        bad.put("heads that do not divide", oneFeature(D_SAE, 3, 1, InverseTransform.of(5, null, null)));
        bad.forEach((what, features) -> {
            refuse("decode of " + what, () -> sae.decode(features));
            refuse("decode to a manager of " + what, () -> sae.decode(features, manager));
        });
        refuse("features out of range", () -> oneFeature(D_SAE, D_SAE, 1, InverseTransform.identity()));
        refuse("features below 0", () -> oneFeature(D_SAE, -1, 1, InverseTransform.identity()));
        refuse("scales of other tokens", () -> oneFeature(D_SAE, 3, 1, InverseTransform.of(0, new float[2], null)));
        refuse(
                "decode of another SAE's normalised features",
                () -> sae.decode(oneFeature(D_SAE, 3, 1, InverseTransform.of(0, new float[1], new float[1]))));
        NDArray dense = manager.ones(new Shape(2, D_SAE));
        refuse("decode without a transform", () -> sae.decode(dense, null));
        refuse(
                "decode with scales of other tokens",
                () -> sae.decode(dense, InverseTransform.of(0, new float[3], null)));
        refuse("decode with heads", () -> sae.decode(dense, InverseTransform.of(3, null, null)));
        try (SparseAutoencoder normalising = TinySae.of(
                        TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.FLOAT32)
                .open()) {
            refuse("decode without scales", () -> normalising.decode(dense));
            refuse(
                    "decode of features without scales",
                    () -> normalising.decode(oneFeature(D_SAE, 3, 1, InverseTransform.identity())));
            refuse(
                    "decode of features without shifts",
                    () -> normalising.decode(oneFeature(D_SAE, 3, 1, InverseTransform.of(0, new float[1], null))));
            refuse(
                    "decode without shifts",
                    () -> normalising.decode(dense, InverseTransform.of(0, new float[2], null)));
        }
    }

    private void plainArrays(SparseAutoencoder sae) {
        float[] nan = new float[D_IN];
        nan[5] = Float.NaN;
        for (float[] bad : new float[][] {null, new float[0], new float[D_IN - 1], new float[D_IN + 1], nan}) {
            refuse("encode of a float[]", () -> sae.encode(bad));
            refuse("reconstruct of a float[]", () -> sae.reconstruct(bad));
            refuse("encode of a float[][]", () -> sae.encode(new float[][] {new float[D_IN], bad}));
            refuse("reconstruct of a float[][]", () -> sae.reconstruct(new float[][] {bad}));
        }
        refuse("encode of a null float[][]", () -> sae.encode((float[][]) null));
        refuse("reconstruct of a null float[][]", () -> sae.reconstruct((float[][]) null));
        refuse("encode of a null float[]", () -> sae.encode((float[]) null));
    }

    private void managers(SparseAutoencoder sae) {
        SparseFeatures features = oneFeature(D_SAE, 3, 1, InverseTransform.identity());
        NDManager closed = sae.newManager();
        closed.close();
        NDManager capped = sae.newManager();
        NDArray x = capped.ones(new Shape(2, D_IN));
        NDArray f = capped.ones(new Shape(2, D_SAE));
        capped.cap();
        refuse("decode to null", () -> sae.decode(features, null));
        refuse("decode to a closed manager", () -> sae.decode(features, closed));
        refuse("decode to another engine's manager", () -> sae.decode(features, foreign(NDManager.class)));
        refuse("decode to a capped manager", () -> sae.decode(features, capped));
        refuse("encode to a capped manager", () -> sae.encode(x));
        refuse("reconstruct to a capped manager", () -> sae.reconstruct(x));
        refuse("dense decode to a capped manager", () -> sae.decode(f));
        capped.close();
    }

    private void building() {
        refuse("a builder without a configuration", () -> SparseAutoencoder.builder(null));
        SaeConfig config = SaeConfig.standard(2, 3);
        WeightMatrix wEnc = WeightMatrix.of(new float[2][3]);
        WeightMatrix wDec = WeightMatrix.of(new float[3][2]);
        refuse("no part", () -> SparseAutoencoder.builder(config).build());
        refuse("null parts", () -> SparseAutoencoder.builder(config).encoder(null));
        refuse("null parts", () -> SparseAutoencoder.builder(config).decoder(null));
        refuse("null parts", () -> SparseAutoencoder.builder(config).decoderBias(null));
        refuse("null parts", () -> SparseAutoencoder.builder(config).activation(null));
        refuse("null parts", () -> SparseAutoencoder.builder(config).source(null));
        refuse(
                "matrices swapped",
                () -> whole(config).encoder(wDec).decoder(wEnc).build());
        refuse(
                "a decoder bias of another width",
                () -> whole(config).decoderBias(new float[3]).build());
        refuse(
                "a rule of another width",
                () -> whole(config).activation(Relu.of(new float[2])).build());
        refuse(
                "sparsity of another width",
                () -> whole(config).sparsity(new float[2]).build());
        refuse(
                "a device that is not there",
                () -> whole(config).device(Device.gpu(97)).build());
        refuse(
                "a kind of device that is not there",
                () -> whole(config).device(Device.of("mps", 0)).build());
        refuse("no reason", () -> SparseAutoencoder.builder(config).withoutDecoder(null));
        refuse("no skip", () -> SparseAutoencoder.builder(config).skip(null));
        refuse(
                "a skip matrix of another shape",
                () -> whole(config).skip(WeightMatrix.of(new float[2][3])).build());
        refuse(
                "a decoder and a reason for none",
                () -> whole(config).withoutDecoder("None.").build());
        refuse(
                "a matrix that lies transposed and is not meant to",
                () -> whole(config).encoder(wEnc.transposed()).build());
        for (double s : new double[] {0, -1, Double.NaN, Double.NEGATIVE_INFINITY, 1e300}) {
            refuse("a scale of " + s, () -> whole(config).normScalingFactor(s).build());
        }
        refuse("a rule without a bias", () -> Relu.of(null));
        refuse("a matrix without rows", () -> WeightMatrix.of(new float[0][]));
        refuse("a matrix with a null row", () -> WeightMatrix.of(new float[][] {{1}, null}));
        refuse("a ragged matrix", () -> WeightMatrix.of(new float[][] {{1}, {1, 2}}));
        refuse(
                "a matrix with too few bytes",
                () -> WeightMatrix.of(WeightType.BFLOAT16, 2, 3, List.of(ByteBuffer.allocateDirect(10))));
        refuse(
                "a matrix with too few rows",
                () -> WeightMatrix.of(WeightType.BFLOAT16, 2, 3, List.of(ByteBuffer.allocateDirect(6))));
        refuse("no d_in", () -> SaeConfig.standard(0, 3));
    }

    private void rules() {
        float[] three = new float[3];
        refuse("jump without a bias", () -> JumpRelu.of(null, three));
        refuse("jump without a threshold", () -> JumpRelu.of(three, null));
        refuse("one threshold without a bias", () -> JumpRelu.of(null, 1));
        refuse("a threshold of another width", () -> JumpRelu.of(three, new float[4]));
        refuse("a gate without a bias", () -> Gated.of(null, three, three));
        refuse("a gate without a magnitude", () -> Gated.of(three, null, three));
        refuse("a gate without a scale", () -> Gated.of(three, three, null));
        refuse("a gate with a scale of another width", () -> Gated.of(three, three, new float[2]));
        refuse("top-k without a bias", () -> TopK.of(1, null));
        for (int k : new int[] {Integer.MIN_VALUE, -1, 0, 4, Integer.MAX_VALUE}) {
            refuse("top-" + k, () -> TopK.of(k, three));
        }
        SaeConfig config = SaeConfig.standard(2, 3);
        List<float[]> noParameter = new ArrayList<>();
        noParameter.add(null);
        String relu = "torch.relu_(h)";
        accept("a sound rule", () -> build(config, new AnyRule(3, three, List.of(three), relu, 2)));
        refuse("a rule of another width", () -> build(config, new AnyRule(4, new float[4], List.of(), relu, 1)));
        refuse(
                "a rule with a bias of another width",
                () -> build(config, new AnyRule(3, new float[4], List.of(), relu, 1)));
        refuse("a rule without a bias", () -> build(config, new AnyRule(3, null, List.of(), relu, 1)));
        refuse("a rule with null for parameters", () -> build(config, new AnyRule(3, three, null, relu, 1)));
        refuse("a rule with a null parameter", () -> build(config, new AnyRule(3, three, noParameter, relu, 1)));
        refuse(
                "a rule with a short parameter",
                () -> build(config, new AnyRule(3, three, List.of(new float[2]), relu, 1)));
        refuse("a rule without a script", () -> build(config, new AnyRule(3, three, List.of(), null, 1)));
        refuse("a rule that is no script", () -> build(config, new AnyRule(3, three, List.of(), "relu of (h", 1)));
        refuse("a rule that keeps none", () -> build(config, new AnyRule(3, three, List.of(), relu, 0)));
        refuse("a rule that keeps too many", () -> build(config, new AnyRule(3, three, List.of(), relu, 4)));
    }

    private static void build(SaeConfig config, BlockRule rule) {
        try (SparseAutoencoder sae = whole(config).activation(rule).build()) {
            sae.encode(new float[2]);
        }
    }

    /** A rule as a careless user may write it. */
    @SuppressWarnings("ArrayRecordComponent")
    private record AnyRule(int dSae, float[] bias, List<float[]> parameters, String torchScript, int mostActive)
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

    private void closedSae() {
        SparseAutoencoder sae = TinySae.of(D_IN, D_SAE).open();
        try (NDManager manager = sae.newManager()) {
            NDArray x = manager.ones(new Shape(2, D_IN));
            NDArray f = manager.ones(new Shape(2, D_SAE));
            SparseFeatures features = sae.encodeSparse(x);
            sae.close();
            sae.close();
            activationEntries().forEach((name, entry) -> refuse(name + " when closed", () -> entry.accept(sae, x)));
            featureEntries().forEach((name, entry) -> refuse(name + " when closed", () -> entry.accept(sae, f)));
            refuse("encode when closed", () -> sae.encode(new float[D_IN]));
            refuse("encode when closed", () -> sae.encode(new float[2][D_IN]));
            refuse("reconstruct when closed", () -> sae.reconstruct(new float[D_IN]));
            refuse("reconstruct when closed", () -> sae.reconstruct(new float[2][D_IN]));
            refuse("decode when closed", () -> sae.decode(features));
            refuse("decode when closed", () -> sae.decode(features, manager));
            refuse("foldDecoderNorms when closed", sae::foldDecoderNorms);
            refuse("newManager when closed", sae::newManager);
            accept("config when closed", () -> {
                sae.config();
                sae.device();
                sae.kernel();
                sae.source();
                sae.sparsity();
                sae.weightType();
                sae.weightLayout();
                sae.canDecode();
                sae.normScalingFactor();
                sae.hasFoldedDecoderNorms();
            });
        }
    }

    private static SparseFeatures oneFeature(int dSae, int index, float value, InverseTransform inverse) {
        return SparseFeatures.of(
                dSae, new long[] {1}, new int[] {0, 1}, new int[] {index}, new float[] {value}, inverse);
    }

    private static <T> T foreign(Class<T> type) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            throw new IllegalStateException(method.getName() + " was called on an object of another engine");
        }));
    }

    private void refuse(String name, ThrowingCallable call) {
        calls++;
        try {
            call.call();
            failures.put(name, "was accepted");
        } catch (SaeException e) {
            if (e.getMessage() == null || !e.getMessage().endsWith(".")) {
                failures.put(name, "said no sentence: " + e.getMessage());
            }
        } catch (Throwable e) {
            failures.put(name, "threw " + e);
        }
    }

    private void accept(String name, ThrowingCallable call) {
        calls++;
        try {
            call.call();
        } catch (Throwable e) {
            failures.put(name, "threw " + e);
        }
    }
}
