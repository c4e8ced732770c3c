package io.github.sae4j.core;

import ai.djl.Device;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.PageFaults;
import io.github.sae4j.core.internal.host.SaeKernel;
import io.github.sae4j.core.internal.host.Stop;
import io.github.sae4j.core.internal.host.Workers;
import io.github.sae4j.core.internal.kernel.KernelChoice;
import io.github.sae4j.core.internal.torch.Devices;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the parts of an SAE; not safe for several threads at once. A part or setting that is null ends in a
 * {@link NullPointerException}.
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = SparseAutoencoder.builder(SaeConfig.standard(dIn, dSae))
 *         .encoder(encoder)
 *         .decoder(decoder)
 *         .decoderBias(decoderBias)
 *         .activation(Relu.of(bias))
 *         .build()) {
 *     SparseFeatures features = sae.encode(activations);
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class SaeBuilder {

    private final SaeConfig config;
    private @Nullable WeightMatrix encoder;
    private @Nullable WeightMatrix decoder;
    private float @Nullable [] decoderBias;
    private @Nullable Activation activation;
    private float @Nullable [] sparsity;
    private SaeSource source = SaeSource.memory();
    private @Nullable Device device;
    private @Nullable Kernel kernel;
    private @Nullable SaeRuntime runtime;
    private boolean allowNonFinite;
    private boolean prepared;
    private @Nullable WeightMatrix skip;
    private @Nullable TemporalPrediction prediction;
    private @Nullable String noDecoding;
    private double inputScale = 1;
    private @Nullable InputAffine inputAffine;
    private @Nullable OutputAffine outputAffine;
    private int segments;

    SaeBuilder(SaeConfig config) {
        this.config = config;
    }

    /**
     * Sets {@code W_enc}; required, but for {@link MatchingPursuit}, which has none.
     *
     * @param wEnc {@code [d_in, d_sae]}; a matrix that {@linkplain WeightMatrix#transposed() lies transposed} is read
     *     where it lies, as fast as the other
     */
    public SaeBuilder encoder(WeightMatrix wEnc) {
        encoder = SaeException.requirePresent(wEnc, "wEnc");
        return this;
    }

    /**
     * Sets {@code W_dec}; required unless there is {@linkplain #withoutDecoder none}.
     *
     * @param wDec {@code [d_sae, d_out]}; of a matrix that {@linkplain WeightMatrix#transposed() lies transposed} sparse
     *     decoding gathers each row from all over it, which is slower, and once it has decoded a quarter as many features
     *     as there are, it makes a copy of the matrix row by row; all else reads it where it lies
     */
    public SaeBuilder decoder(WeightMatrix wDec) {
        decoder = SaeException.requirePresent(wDec, "wDec");
        return this;
    }

    /**
     * Says that the SAE has no decoder: it encodes, and refuses to decode and to reconstruct.
     *
     * @param reason the sentence with which it refuses
     */
    public SaeBuilder withoutDecoder(String reason) {
        noDecoding = SaeException.requirePresent(reason, "reason");
        return this;
    }

    /**
     * Sets {@code W_skip} of a skip transcoder: reconstructing adds {@code x W_skip}<sup>T</sup>, of the activations as
     * they come in. Decoding does not, for it does not know the activations. By default there is none.
     *
     * @param wSkip {@code [d_out, d_in]}
     */
    public SaeBuilder skip(WeightMatrix wSkip) {
        skip = SaeException.requirePresent(wSkip, "wSkip");
        return this;
    }

    /**
     * Sets what predicts a token from those before it, in temporal SAEs: features are of what it does not predict,
     * reconstructions have both, and activations must be {@code [batch, sequence, d_in]}. By default nothing does.
     *
     * @param prediction the attention layers
     */
    public SaeBuilder prediction(TemporalPrediction prediction) {
        this.prediction = SaeException.requirePresent(prediction, "prediction");
        return this;
    }

    /**
     * Sets a scale that is known for all activations and that the weights do not hold yet, SAELens's
     * {@code norm_scaling_factor}: activations are multiplied by it before all else, reconstructions divided by it. So
     * features and reconstructions are those of weights into which it is folded ({@code W_enc * s}, {@code W_dec / s},
     * {@code b_dec / s}). By default it is 1.
     *
     * @param s the scale, finite and above 0
     */
    public SaeBuilder normScalingFactor(double s) {
        inputScale = s;
        return this;
    }

    /**
     * Sets what happens to each element of an activation before all else, so also before it is normalised and {@code b_dec}
     * is subtracted: {@code x' = (x - centre) * gain}. A skip matrix takes {@code x}. By default nothing does.
     *
     * <p>It goes with no {@linkplain #normScalingFactor norm scaling factor}, no matching pursuit and no prediction. Norms of
     * decoder rows, where they count, are those of {@code W_dec} as it is.
     *
     * @param centre {@code [d_in]}, finite; copied
     * @param gain {@code [d_in]}, finite; copied
     * @throws NullPointerException if an argument is null
     * @throws SaeException if their lengths differ
     */
    public SaeBuilder inputAffine(float[] centre, float[] gain) {
        inputAffine = new InputAffine(centre, gain);
        return this;
    }

    /**
     * Sets what happens to each element of a decoded activation after all else, so also after a normalisation is undone:
     * {@code y = y' * gain + offset}. A skip term is added to that. By default nothing does. It goes with what
     * {@link #inputAffine} goes with.
     *
     * @param gain {@code [d_out]}, finite; copied
     * @param offset {@code [d_out]}, finite; copied
     * @throws NullPointerException if an argument is null
     * @throws SaeException if their lengths differ
     */
    public SaeBuilder outputAffine(float[] gain, float[] offset) {
        outputAffine = new OutputAffine(gain, offset);
        return this;
    }

    /**
     * Sets how many segments an activation has for {@link Reshape#SEGMENTS}, so that arrays with another number are
     * refused; by default any number is taken that gives {@code d_in}.
     *
     * @param count how many, a divisor of {@code d_in} and {@code d_out}
     */
    public SaeBuilder segments(int count) {
        segments = count;
        return this;
    }

    /**
     * Sets {@code b_dec}; required unless there is no decoder and it is not subtracted from the input.
     *
     * @param bDec {@code [d_out]}; copied
     */
    public SaeBuilder decoderBias(float[] bDec) {
        decoderBias = SaeException.requirePresent(bDec, "bDec").clone();
        return this;
    }

    /**
     * Sets the rule that decides which features are active; required.
     *
     * @param activation the rule with its parameters, for {@code d_sae} features
     */
    public SaeBuilder activation(Activation activation) {
        this.activation = SaeException.requirePresent(activation, "activation");
        return this;
    }

    /**
     * Sets the log10 of each feature's firing frequency; by default it is not known.
     *
     * @param sparsity {@code [d_sae]}; copied
     */
    public SaeBuilder sparsity(float[] sparsity) {
        this.sparsity = SaeException.requirePresent(sparsity, "sparsity").clone();
        return this;
    }

    /**
     * Sets where the weights came from; by default {@link SaeSource#memory()}.
     *
     * <p>Files of features name an SAE whose weights are in no file by its source's {@linkplain SaeSource#description()
     * description} alone, so give each such SAE a description of its own: those of the default are not told from one another.
     *
     * @param source the source
     */
    public SaeBuilder source(SaeSource source) {
        this.source = SaeException.requirePresent(source, "source");
        return this;
    }

    /**
     * Sets the device; by default CUDA if there is one, the CPU otherwise.
     *
     * @param device a CPU or a GPU
     */
    public SaeBuilder device(Device device) {
        this.device = SaeException.requirePresent(device, "device");
        return this;
    }

    /**
     * Sets what does the arithmetic; by default the fastest there is for the device and the SAE.
     *
     * @param kernel one that there is here for the device and the SAE
     */
    public SaeBuilder kernel(Kernel kernel) {
        this.kernel = SaeException.requirePresent(kernel, "kernel");
        return this;
    }

    /**
     * Sets the threads that Java's kernels compute with; by default {@link SaeRuntime#shared()}.
     *
     * @param runtime stays open as long as the SAE
     */
    public SaeBuilder runtime(SaeRuntime runtime) {
        this.runtime = SaeException.requirePresent(runtime, "runtime");
        return this;
    }

    /**
     * Sets whether NaN and infinity in weights, activations, features and results are let through; by default they are
     * rejected with their row and column. To find them in matrices all bytes are read once, see
     * {@link WeightMatrix#firstNonFinite()}.
     *
     * @param allow whether to let them through
     */
    public SaeBuilder allowNonFinite(boolean allow) {
        allowNonFinite = allow;
        return this;
    }

    /**
     * Sets whether the encoder is prepared for many calls; by default it is not.
     *
     * <p>A prepared encoder lies in memory once more, outside the heap: in 8 bits, and feature by feature as it is stored, unless
     * it lies so already. For an encoder of bfloat16 that is one and a half times what it takes itself, and half of it more where libtorch
     * keeps the 8 bits in an order of its own; opening reads all of it. Encoding then multiplies in 8 bits first, with a bound on what those bits may be off by, and adds up only
     * the features that may be active. Results have the same bits as without it.
     *
     * <p>It pays where libtorch's library is on the class path and multiplies 8-bit numbers exactly, and faster than float32, on
     * this processor, which is tried: libtorch is started for it. Elsewhere one or two tokens at a time are multiplied in
     * Java, which reads one byte a weight and is not always faster, and more are encoded as without preparing. Each call that runs
     * at the same time takes up to 1,024 bytes a feature outside the heap. The products run in libtorch's threads, which
     * {@code sae4j.threads} limits and a runtime of one's own does not.
     *
     * @param prepare whether to prepare it; needs the {@link Kernel#VECTOR} kernel, and a rule that looks at each feature alone
     *     or keeps the largest products
     */
    public SaeBuilder prepared(boolean prepare) {
        prepared = prepare;
        return this;
    }

    /**
     * Returns what the SAE of these parts can do, without building it; whether the parts fit each other is not asked.
     *
     * @throws SaeException if there is no activation rule, or neither {@code W_enc} nor {@code W_dec}
     */
    public SaeCapabilities capabilities() {
        return SaeCapabilities.of(properties(required(activation, "activation rule")));
    }

    /**
     * Returns the SAE; the caller closes it.
     *
     * @throws SaeException if a required part is missing, parts do not fit each other, hold NaN or infinity or cannot be
     *     read, the engine does not start, there is no such device, or the kernel that was asked for is not there or does not
     *     run this SAE
     */
    public SparseAutoencoder build() {
        Activation rule = required(activation, "activation rule");
        float[] bDec = decoderBias == null && noDecoding != null && !config.applyBDecToInput()
                ? new float[config.dOut()]
                : required(decoderBias, "b_dec");
        SaeParts parts =
                new SaeParts(encoder, decoder, noDecoding, bDec, skip, rule, prediction, inputAffine, outputAffine);
        PartsCheck.of(config, parts, sparsity, inputScale, segments);
        if (prepared) {
            Preparable.require(rule, prediction);
        }
        Device chosen = Devices.choose(device, kernel, rule);
        Stop stop = new Stop();
        Workers workers = new Workers((runtime == null ? SaeRuntime.shared() : runtime).pool(), stop);
        try {
            if (!allowNonFinite) {
                FiniteParts.require(parts);
            }
            KernelParts weights = KernelParts.of(config, parts, inputScale, !allowNonFinite);
            if (prepared) {
                weights = KernelChoice.prepared(weights, chosen, kernel, workers);
            }
            SaeKernel opened = KernelChoice.open(weights, chosen, kernel, workers);
            return new SparseAutoencoder(properties(rule), parts, opened, chosen, stop);
        } catch (InternalError e) {
            throw PageFaults.sentence(source, e);
        }
    }

    private SaeProperties properties(Activation rule) {
        List<String> layout = new ArrayList<>();
        if (encoder != null) {
            layout.add(layout("W_enc", encoder, "d_in", "d_sae"));
        }
        if (decoder != null) {
            layout.add(layout("W_dec", decoder, "d_sae", "d_out"));
        }
        WeightMatrix first = encoder == null ? required(decoder, "W_dec") : encoder;
        return new SaeProperties(
                config,
                first.type(),
                String.join(", ", layout),
                source,
                sparsity,
                inputScale,
                allowNonFinite,
                prediction != null,
                skip != null,
                noDecoding,
                noFolding(rule),
                noSubsets(rule),
                segments,
                false);
    }

    private static String layout(String name, WeightMatrix matrix, String rows, String columns) {
        return name + (matrix.isTransposed() ? " [" + columns + ", " + rows + "]" : " [" + rows + ", " + columns + "]");
    }

    private @Nullable String noFolding(Activation rule) {
        if (noDecoding != null) {
            return noDecoding;
        }
        if (prediction != null) {
            return "The norms of the decoder's rows cannot be folded into a temporal SAE: its attention reads features"
                    + " as they are.";
        }
        if (!(rule instanceof BlockRule blockRule)) {
            return "The norms of the decoder's rows cannot be folded into a matching pursuit SAE: it would pick other"
                    + " features.";
        }
        return noFoldingOf(blockRule);
    }

    private @Nullable String noSubsets(Activation rule) {
        String all = "Some features of this SAE cannot be encoded alone: ";
        if (prediction != null) {
            return all + "it predicts each token from those before it by all features.";
        }
        if (!(rule instanceof BlockRule blockRule)) {
            return all + "matching pursuit takes the feature that fits best of all, step by step.";
        }
        if (blockRule.groups() < blockRule.dSae()) {
            return all + "it keeps the strongest feature of each group.";
        }
        return blockRule.mostActive() < blockRule.dSae() || blockRule.strength() == Strength.CONTRIBUTION
                ? all + "it keeps the " + blockRule.mostActive() + " strongest of all features of each token."
                : null;
    }

    private static @Nullable String noFoldingOf(BlockRule rule) {
        if (rule.groups() < rule.dSae()) {
            return "The norms of the decoder's rows cannot be folded into this SAE: it keeps the strongest feature of each"
                    + " group, and after rescaling others would be the strongest.";
        }
        boolean sameChoice = rule.rescalesByDecoderNorm() || rule.strength() == Strength.CONTRIBUTION;
        if (rule.mostActive() < rule.dSae() && !sameChoice) {
            return "The norms of the decoder's rows cannot be folded into this SAE: it keeps the " + rule.mostActive()
                    + " strongest features of each token, and after rescaling others would be the strongest.";
        }
        return null;
    }

    private static <T> T required(@Nullable T part, String name) {
        return PartsCheck.required(part, name);
    }
}
