package io.github.sae4j.core;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import io.github.sae4j.core.internal.torch.TensorsOfAnyType;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

    private final Refusals refusals = new Refusals();

    private Misuse() {}

    public static void main(String[] args) {
        Misuse misuse = new Misuse();
        TinySae tiny = TinySae.of(D_IN, D_SAE);
        for (PlainRule rule : PlainRule.values()) {
            misuse.calls(tiny.withRule(rule).open());
        }
        misuse.calls(PursuitTest.builder(tiny, MatchingPursuit.of(D_SAE)).build());
        misuse.temporal();
        MisusedParts parts = new MisusedParts(misuse.refusals);
        parts.building();
        parts.rules();
        parts.pursuitAndPrediction();
        misuse.closedSae();
        misuse.refusals.print();
    }

    private void calls(SparseAutoencoder opened) {
        try (SparseAutoencoder sae = opened;
                NDManager manager = sae.newManager()) {
            arrays(sae, manager);
            types(sae, manager);
            features(sae, manager);
            plainArrays(sae);
            managers(sae);
        }
    }

    private void temporal() {
        try (SparseAutoencoder sae = TemporalTest.open();
                NDManager manager = sae.newManager()) {
            int dIn = sae.config().dIn();
            arrays(sae, manager, activationEntries(), dIn);
            arrays(sae, manager, featureEntries(), sae.config().dSae());
            float[] nan = new float[6 * dIn];
            nan[4 * dIn] = Float.NaN;
            NDArray bad = manager.create(nan, new Shape(2, 3, dIn));
            activationEntries().forEach((name, entry) -> refuse(name + " of NaN", () -> entry.accept(sae, bad)));
            NDArray good = manager.ones(new Shape(2, 3, dIn));
            activationEntries().forEach((name, entry) -> accept(name, () -> entry.accept(sae, good)));
        }
    }

    /** Every entry that takes an array of activations. */
    private static Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> activationEntries() {
        Map<String, BiConsumer<SparseAutoencoder, @Nullable NDArray>> entries = new LinkedHashMap<>();
        entries.put("encode", SparseAutoencoder::encode);
        entries.put("encodeDense", SparseAutoencoder::encodeDense);
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
        bad.put("heads that do not divide", oneFeature(D_SAE, 3, 1, InverseTransform.of(5)));
        bad.forEach((what, features) -> {
            refuse("decode of " + what, () -> sae.decode(features));
            refuse("decode to a manager of " + what, () -> sae.decode(features, manager));
        });
        refuse("features out of range", () -> oneFeature(D_SAE, D_SAE, 1, InverseTransform.identity()));
        refuse("features below 0", () -> oneFeature(D_SAE, -1, 1, InverseTransform.identity()));
        refuse("scales of other tokens", () -> oneFeature(D_SAE, 3, 1, InverseTransform.of(0, new float[2])));
        refuse(
                "decode of another SAE's normalised features",
                () -> sae.decode(oneFeature(D_SAE, 3, 1, InverseTransform.of(0, new float[1], new float[1]))));
        NDArray dense = manager.ones(new Shape(2, D_SAE));
        refuse("decode without a transform", () -> sae.decode(dense, null));
        refuse("decode with scales of other tokens", () -> sae.decode(dense, InverseTransform.of(0, new float[3])));
        refuse("decode with heads", () -> sae.decode(dense, InverseTransform.of(3)));
        try (SparseAutoencoder normalising = TinySae.of(
                        TinySae.config(D_IN, D_SAE, Normalization.LAYER_NORM, Reshape.NONE, true), WeightType.FLOAT32)
                .open()) {
            refuse("decode without scales", () -> normalising.decode(dense));
            refuse(
                    "decode of features without scales",
                    () -> normalising.decode(oneFeature(D_SAE, 3, 1, InverseTransform.identity())));
            refuse(
                    "decode of features without shifts",
                    () -> normalising.decode(oneFeature(D_SAE, 3, 1, InverseTransform.of(0, new float[1]))));
            refuse("decode without shifts", () -> normalising.decode(dense, InverseTransform.of(0, new float[2])));
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
        refuse("dense encode to a capped manager", () -> sae.encodeDense(x));
        refuse("reconstruct to a capped manager", () -> sae.reconstruct(x));
        refuse("dense decode to a capped manager", () -> sae.decode(f));
        capped.close();
    }

    private void closedSae() {
        SparseAutoencoder sae = TinySae.of(D_IN, D_SAE).open();
        try (NDManager manager = sae.newManager()) {
            NDArray x = manager.ones(new Shape(2, D_IN));
            NDArray f = manager.ones(new Shape(2, D_SAE));
            SparseFeatures features = sae.encode(x);
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
                sae.capabilities().has(SaeCapability.DECODE);
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
        refusals.refuse(name, call);
    }

    private void accept(String name, ThrowingCallable call) {
        refusals.accept(name, call);
    }
}
