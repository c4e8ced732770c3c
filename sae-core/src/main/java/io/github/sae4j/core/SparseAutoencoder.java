package io.github.sae4j.core;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.github.sae4j.core.internal.host.FeatureSubset;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.torch.TorchRuntime;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sparse autoencoder: encodes activations of width {@code d_in} to the few of its {@code d_sae} features that are
 * active, and decodes features to activations.
 *
 * <p>Encoding computes {@code x' = transform(x)}, {@code p = x' W_enc} and lets the {@link Activation} rule decide;
 * decoding computes {@code features W_dec + b_dec} and undoes the transform. The transform is what the
 * {@link #config()} says: heads laid side by side, each token normalised, {@code b_dec} subtracted. Reconstructing also
 * adds what a skip transcoder or a temporal SAE takes from the activations themselves; decoding, which does not know
 * them, does not.
 *
 * <p>Activations are DJL arrays of the PyTorch engine in float32, float16 or bfloat16 with any number of leading axes,
 * or plain Java arrays. Features and reconstructions are float32 always. Values must be finite, what is given and what
 * comes out, unless {@link SaeBuilder#allowNonFinite} says otherwise; with it, NaN and infinity go through the formulas as
 * they are.
 *
 * <p>An SAE owns its weights and never changes: any number of threads may use it at once. Closing it waits for the calls
 * that run and releases the weights; later calls throw. One that is never closed is freed some time after nobody can reach
 * it, and a warning tells so once. All methods throw {@link NullPointerException} when an
 * argument is null, {@link IllegalStateException} when the SAE is closed, and {@link SaeException} when an argument is closed or
 * does not fit, before anything native sees it, and when the engine fails.
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = SAE.fromPretrained("layer_19")) {
 *     SparseFeatures features = sae.encode(activations);       // float[tokens][d_in]
 *     float[][] reconstruction = sae.decode(features);         // float[tokens][d_out]
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class SparseAutoencoder implements SaeCodec, AutoCloseable {

    private final SaeProperties properties;
    private final SaeConfig config;
    private final SaeCapabilities capabilities;
    private final OpenKernel kernel;
    private final KernelCalls calls;
    private final RowCalls rowCalls;
    private final Cleaner.Cleanable watch;
    private volatile @Nullable SaeParts parts;

    SparseAutoencoder(SaeProperties properties, SaeParts parts, SaeKernel kernel, Device device, Stop stop) {
        this.properties = properties;
        this.config = properties.config();
        this.capabilities = SaeCapabilities.of(properties);
        this.parts = parts;
        this.kernel = new OpenKernel(properties, kernel, device, stop);
        this.calls = new KernelCalls(properties, this.kernel);
        this.rowCalls = new RowCalls(calls, properties);
        this.watch = Unclosed.watch(this, this.kernel);
    }

    /**
     * Returns a builder for an SAE from weights in memory.
     *
     * @param config what the SAE computes
     * @throws NullPointerException if {@code config} is null
     */
    public static SaeBuilder builder(SaeConfig config) {
        return new SaeBuilder(SaeException.requirePresent(config, "config"));
    }

    @Override
    public SaeConfig config() {
        return config;
    }

    /** Returns where the weights came from. */
    public SaeSource source() {
        return properties.source();
    }

    /** Returns a copy of the log10 of each feature's firing frequency, {@code [d_sae]}, if it is published. */
    public Optional<float[]> sparsity() {
        return Optional.ofNullable(properties.sparsity()).map(float[]::clone);
    }

    /** Returns the number format in which {@code W_enc}, or {@code W_dec} if there is no other, is stored and kept in memory. */
    public WeightType weightType() {
        return properties.weightType();
    }

    /**
     * Returns how the large matrices that there are lie in memory, for example {@code W_enc [d_sae, d_in], W_dec [d_sae, d_out]}
     * where {@code W_enc} is stored transposed and read with a stride.
     */
    public String weightLayout() {
        return properties.weightLayout();
    }

    /** Returns what activations are multiplied by before all else, and reconstructions divided by; mostly 1. */
    public double normScalingFactor() {
        return properties.inputScale();
    }

    /** Returns whether features are multiplied by the norms of their decoder rows, see {@link #foldDecoderNorms}. */
    public boolean hasFoldedDecoderNorms() {
        return properties.folded();
    }

    /** Returns what it can do, and why not what it cannot. */
    public SaeCapabilities capabilities() {
        return capabilities;
    }

    /** Returns the parts that the SAE was built from, in host memory; those of a view are the same as its SAE's. */
    public SaeParts parts() {
        @Nullable SaeParts present = parts;
        if (present == null) {
            throw new IllegalStateException(OpenKernel.CLOSED);
        }
        return present;
    }

    /** Returns the device that was chosen: dense results are made there. */
    public Device device() {
        return kernel.device();
    }

    /** Returns the kernel that was chosen. */
    public Kernel kernel() {
        return kernel.kind();
    }

    /**
     * Returns a new manager on the SAE's device, for arrays of the caller's.
     *
     * <p>The caller closes it. It does not end with the SAE.
     */
    public NDManager newManager() {
        return kernel.run(call -> TorchRuntime.newManager(device()));
    }

    /**
     * Encodes activations to a dense array.
     *
     * @param activations {@code [..., d_in]}, {@code [..., heads, d_head]} for {@link Reshape#HOOK_Z}, or {@code [batch,
     *     sequence, d_in]} for a temporal SAE; float32, float16 or bfloat16
     * @return {@code [..., d_sae]}, float32, attached to the manager of {@code activations}; the caller's
     */
    public NDArray encodeDense(NDArray activations) {
        SaeException.requirePresent(activations, "activations");
        return kernel.run(call -> KernelCalls.handOver(
                calls.encodeDense(call, activations, calls.shapeOf(activations)), activations.getManager()));
    }

    /**
     * Encodes activations to the features that are active.
     *
     * @param activations as for {@link #encodeDense}
     * @return features with the leading axes of {@code activations}; nothing in them needs closing
     */
    public SparseFeatures encode(NDArray activations) {
        SaeException.requirePresent(activations, "activations");
        return kernel.run(call -> calls.encode(call, activations, calls.shapeOf(activations)));
    }

    /**
     * Encodes one token.
     *
     * @param activation {@code [d_in]}; for {@link Reshape#HOOK_Z} the heads laid side by side
     * @return features of one token, without a leading axis
     */
    @Override
    public SparseFeatures encode(float[] activation) {
        properties.requireSingleTokens();
        SaeException.requirePresent(activation, "activation");
        TokenRows.requireWidth(activation.length, "activation", config.dIn());
        TokenRows one = TokenRows.of(activation, 0, 1, config.dIn());
        return held(() -> calls.encode(one, 0, 1, new ActivationShape(new long[0], 1, 0)));
    }

    /**
     * Encodes tokens.
     *
     * @param activations {@code [tokens][d_in]}; for {@link Reshape#HOOK_Z} the heads laid side by side
     * @return features with one leading axis
     */
    @Override
    public SparseFeatures encode(float[][] activations) {
        properties.requireSingleTokens();
        return encode(TokenRows.of(activations, config.dIn()));
    }

    /**
     * Encodes tokens that lie one after the other in an array.
     *
     * @param activations holds {@code [tokens][d_in]} from {@code offset} on
     * @param offset where the first token begins
     * @param tokens how many there are
     * @return features with one leading axis
     * @throws SaeException if the array ends before them
     */
    public SparseFeatures encode(float[] activations, int offset, int tokens) {
        properties.requireSingleTokens();
        return encode(TokenRows.of(activations, offset, tokens, config.dIn()));
    }

    /**
     * Encodes tokens that lie one after the other in a buffer, on the heap or outside it; each number is widened to float32
     * on its way in, exactly.
     *
     * @param activations holds {@code [tokens][d_in]} from its position on, little-endian whatever byte order the buffer is
     *     set to, as {@link WeightMatrix} takes them; its position and limit stay
     * @param type the numbers' format
     * @param tokens how many there are
     * @return features with one leading axis
     * @throws SaeException if the buffer ends before them
     */
    public SparseFeatures encode(ByteBuffer activations, WeightType type, int tokens) {
        properties.requireSingleTokens();
        return encode(TokenRows.of(activations, type, tokens, config.dIn()));
    }

    private SparseFeatures encode(TokenRows rows) {
        return held(() -> rowCalls.encode(rows));
    }

    /**
     * Returns what decoding needs of these activations beside their features; dense features do not carry it.
     *
     * @param activations as for {@link #encodeDense}
     */
    public InverseTransform inverseTransform(NDArray activations) {
        SaeException.requirePresent(activations, "activations");
        return kernel.run(call -> calls.inverseTransform(call, activations, calls.shapeOf(activations)));
    }

    /**
     * Decodes dense features of an SAE that does not normalise each token. A skip transcoder's skip term and a temporal
     * SAE's predicted part are not in the result.
     *
     * @param features {@code [..., d_sae]}; float32, float16 or bfloat16
     * @return {@code [..., d_out]}, float32, attached to the manager of {@code features}; the caller's. Heads that
     *     encoding laid side by side stay so; {@link #decode(NDArray, InverseTransform)} takes them apart
     * @throws SaeException if the SAE normalises each token, so that the features alone do not say how to decode
     */
    public NDArray decode(NDArray features) {
        return decode(features, InverseTransform.identity());
    }

    /**
     * Decodes dense features. A skip transcoder's skip term and a temporal SAE's predicted part are not in the result.
     *
     * @param features {@code [..., d_sae]}; float32, float16 or bfloat16
     * @param inverse what {@link #inverseTransform} returned for the activations
     * @return {@code [..., d_out]} or {@code [..., heads, d_head]}, float32, attached to the manager of
     *     {@code features}; the caller's
     */
    public NDArray decode(NDArray features, InverseTransform inverse) {
        SaeException.requirePresent(features, "features");
        SaeException.requirePresent(inverse, "inverse");
        properties.requireDecoder();
        return kernel.run(
                call -> KernelCalls.handOver(calls.decodeDense(call, features, inverse), features.getManager()));
    }

    /**
     * Decodes sparse features by adding up the decoder's rows of those that are active. A skip transcoder's skip term and
     * a temporal SAE's predicted part are not in the result. Features do not know their SAE: those of another with the same
     * {@code d_sae} are decoded to wrong numbers, unnoticed.
     *
     * @param features features of this SAE
     * @param manager owns the result
     * @return {@code [..., d_out]}, or {@code [..., heads, d_head]} if the activations had heads; float32, on the SAE's
     *     device; the caller's
     */
    public NDArray decode(SparseFeatures features, NDManager manager) {
        SaeException.requirePresent(features, "features");
        SaeException.requirePresent(manager, "manager");
        properties.requireDecoder();
        return kernel.run(call -> {
            NDManager owner = calls.tensors().requireOpen(manager, "manager");
            return KernelCalls.handOver(calls.decode(call, features), owner);
        });
    }

    /**
     * Decodes sparse features to plain arrays. A skip transcoder's skip term and a temporal SAE's predicted part are not
     * in the result. Features do not know their SAE: those of another with the same {@code d_sae} are decoded to wrong numbers,
     * unnoticed.
     *
     * @param features features of this SAE
     * @return {@code [tokens][d_out]}, tokens in row-major order of the leading axes, heads side by side
     */
    @Override
    public float[][] decode(SparseFeatures features) {
        properties.requireDecoder();
        return held(() -> calls.decode(features));
    }

    /**
     * Encodes and decodes; a skip transcoder's skip term and a temporal SAE's predicted part are added.
     *
     * @param activations as for {@link #encodeDense}
     * @return the reconstruction, {@code [..., d_out]} or {@code [..., heads, d_head]}, float32, attached to the manager
     *     of {@code activations}; the caller's
     */
    public NDArray reconstruct(NDArray activations) {
        return forward(activations).reconstruction();
    }

    /**
     * Encodes and decodes one token; a skip transcoder's skip term is added.
     *
     * @param activation {@code [d_in]}
     * @return the reconstruction, {@code [d_out]}
     */
    public float[] reconstruct(float[] activation) {
        SaeException.requirePresent(activation, "activation");
        TokenRows.requireWidth(activation.length, "activation", config.dIn());
        return reconstruct(new float[][] {activation})[0];
    }

    /**
     * Encodes and decodes tokens; a skip transcoder's skip term is added.
     *
     * @param activations {@code [tokens][d_in]}
     * @return the reconstruction, {@code [tokens][d_out]}
     */
    public float[][] reconstruct(float[][] activations) {
        return forward(activations).reconstruction();
    }

    /**
     * Encodes and decodes tokens in one pass; a skip transcoder's skip term is added to the reconstruction.
     *
     * @param activations {@code [tokens][d_in]}
     * @return the features, and the reconstruction {@code [tokens][d_out]}
     */
    @Override
    public ForwardPass forward(float[][] activations) {
        properties.requireDecoder();
        properties.requireSingleTokens();
        TokenRows rows = TokenRows.of(activations, config.dIn());
        return held(() -> rowCalls.forward(rows));
    }

    /**
     * Encodes and decodes tokens in one pass; a skip transcoder's skip term and a temporal SAE's predicted part are added to
     * the reconstruction.
     *
     * @param activations as for {@link #encodeDense}
     * @return the features, and the reconstruction {@code [..., d_out]} or {@code [..., heads, d_head]}, float32, attached
     *     to the manager of {@code activations}; the caller's
     */
    public NDForwardPass forward(NDArray activations) {
        SaeException.requirePresent(activations, "activations");
        properties.requireDecoder();
        return kernel.run(call -> {
            NDForwardPass pass = calls.forward(call, activations, calls.shapeOf(activations));
            KernelCalls.handOver(pass.reconstruction(), activations.getManager());
            return pass;
        });
    }

    /**
     * Encodes one sequence of an SAE that takes sequences; other SAEs encode its tokens as any.
     *
     * @param activations {@code [tokens][d_in]}, in the order of the text
     * @return features with one leading axis
     */
    public SparseFeatures encodeSequence(float[][] activations) {
        if (!properties.takesSequences()) {
            return encode(activations);
        }
        TokenRows rows = TokenRows.of(activations, config.dIn());
        return kernel.run(call -> calls.encode(call, calls.sequenceOf(call, rows), RowCalls.shape(rows.tokens())));
    }

    /**
     * Encodes and decodes one sequence of an SAE that takes sequences, its predicted part among the reconstruction; other SAEs
     * take its tokens as any.
     *
     * @param activations {@code [tokens][d_in]}, in the order of the text
     * @return the features, and the reconstruction {@code [tokens][d_out]}
     */
    public ForwardPass forwardSequence(float[][] activations) {
        if (!properties.takesSequences()) {
            return forward(activations);
        }
        properties.requireDecoder();
        TokenRows rows = TokenRows.of(activations, config.dIn());
        return kernel.run(call -> calls.forwardSequence(call, rows, RowCalls.shape(rows.tokens())));
    }

    /**
     * Returns some features in a form that encoding costs only those: their columns of {@code W_enc} are read now and kept side
     * by side, {@code 2 * d_in} to {@code 4 * d_in} bytes each.
     *
     * @param features each from 0 to {@code d_sae - 1}, in any order
     * @throws SaeException if there is no such feature, or none at all, or their columns take 2 GiB or more memory than there
     *     is, or whether one is active depends on others, as with top-k, group max, matching pursuit and temporal SAEs
     */
    public FeatureSet featureSet(int... features) {
        int[] ordered = FeatureSet.ordered(SaeException.requirePresent(features, "features"), config.dSae());
        SaeProperties.requireNothingAgainst(properties.noSubsets());
        return new FeatureSet(this, ordered, kernel.whileOpen(open -> open.subset(ordered)));
    }

    /**
     * Encodes one token to some features only: those of {@link #encode(float[])} that are in the set, with the same bits where
     * the SAE's kernel runs in Java.
     *
     * @param activation {@code [d_in]}
     * @param set made by this SAE
     * @return features of one token, without a leading axis, of all {@code d_sae}
     */
    public SparseFeatures encode(float[] activation, FeatureSet set) {
        FeatureSubset subset = SaeException.requirePresent(set, "set").of(this);
        SaeException.requirePresent(activation, "activation");
        TokenRows.requireWidth(activation.length, "activation", config.dIn());
        TokenRows one = TokenRows.of(activation, 0, 1, config.dIn());
        return held(() -> calls.encode(one, subset, new ActivationShape(new long[0], 1, 0)));
    }

    /**
     * Encodes tokens to some features only, see {@link #encode(float[], FeatureSet)}.
     *
     * @param activations {@code [tokens][d_in]}
     * @param set made by this SAE
     * @return features with one leading axis, of all {@code d_sae}
     */
    public SparseFeatures encode(float[][] activations, FeatureSet set) {
        FeatureSubset subset = SaeException.requirePresent(set, "set").of(this);
        TokenRows rows = TokenRows.of(activations, config.dIn());
        return held(() -> calls.encode(rows, subset, RowCalls.shape(rows.tokens())));
    }

    /**
     * Returns this SAE with its decoder rows brought to the norm 1 and its features multiplied by the norms that the
     * rows had, as dashboards show them; reconstructions stay as they are. Norms below 1e-8 count as 1e-8.
     *
     * <p>The result is a view on the same weights, of which nothing is copied or changed. The caller closes it. The
     * weights are released when this SAE and all views on it are closed; closing one does not touch the others.
     *
     * @throws SaeException if the SAE cannot decode, or if features could become active that are not, or the other way
     *     round, as with a top-k that does not rescale by decoder norms
     */
    public SparseAutoencoder foldDecoderNorms() {
        SaeProperties.requireNothingAgainst(properties.noFolding());
        SaeParts same = parts();
        return kernel.whileOpen(open -> {
            Stop stop = new Stop();
            return new SparseAutoencoder(properties.withFoldedNorms(), same, open.folded(stop), device(), stop);
        });
    }

    /**
     * Waits for the calls that run and releases the weights, unless a view of {@link #foldDecoderNorms} still uses them;
     * closing again does nothing.
     */
    @Override
    public void close() {
        kernel.close();
        watch.clean();
        // Whoever keeps a closed SAE shall not keep the pages of its file.
        parts = null;
    }

    /**
     * Closes within a time: waits for the calls that run, as {@link #close()} does, but ends those early that take longer.
     * They throw {@link SaeException}. A kernel that runs in Java ends within milliseconds; libtorch's at its next chunk of
     * tokens.
     *
     * @param longest how long calls may go on
     */
    public void close(Duration longest) {
        kernel.close(SaeException.requirePresent(longest, "longest"));
        close();
    }

    /** Whoever holds the SAE for a call only shall not find it freed in it. */
    private <T> T held(Supplier<T> call) {
        try {
            return call.get();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Returns where the weights came from, what they compute, and with what. */
    @Override
    public String toString() {
        return "SparseAutoencoder[" + source().description() + ", " + config + ", " + kernel() + " on " + device()
                + "]";
    }
}
