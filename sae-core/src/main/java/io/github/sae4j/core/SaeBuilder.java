package io.github.sae4j.core;

import ai.djl.Device;
import io.github.sae4j.core.internal.torch.KernelParts;
import io.github.sae4j.core.internal.torch.TorchKernel;
import io.github.sae4j.core.internal.torch.TorchRuntime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers the parts of an SAE; not safe for several threads at once. */
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
    private boolean allowNonFinite;
    private @Nullable WeightMatrix skip;
    private @Nullable TemporalPrediction prediction;
    private @Nullable String noDecoding;
    private double inputScale = 1;

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
     * @param sparsity {@code [d_sae]}, or null if it is not known; copied
     */
    public SaeBuilder sparsity(float @Nullable [] sparsity) {
        this.sparsity = sparsity == null ? null : sparsity.clone();
        return this;
    }

    /**
     * Sets where the weights came from; by default {@link SaeSource#memory()}.
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
     * @param device a CPU or a GPU, or null for the default
     */
    public SaeBuilder device(@Nullable Device device) {
        this.device = device;
        return this;
    }

    /**
     * Sets what does the arithmetic; by default the fastest there is for the device and the SAE.
     *
     * @param kernel one that there is here for the device and the SAE, or null for the default
     */
    public SaeBuilder kernel(@Nullable Kernel kernel) {
        this.kernel = kernel;
        return this;
    }

    /**
     * Sets whether NaN and infinity in activations and features are let through; by default they are rejected with
     * their row and column.
     *
     * @param allow whether to let them through
     */
    public SaeBuilder allowNonFinite(boolean allow) {
        allowNonFinite = allow;
        return this;
    }

    /**
     * Returns the SAE; the caller closes it.
     *
     * @throws SaeException if a required part is missing, parts do not fit each other, the engine does not start, there is
     *     no such device, or the kernel that was asked for is not there or does not run this SAE
     */
    public SparseAutoencoder build() {
        Activation rule = required(activation, "activation rule");
        requireLength(rule.dSae(), "The activation rule", config.dSae(), "d_sae");
        if (rule instanceof BlockRule blockRule) {
            requireSound(blockRule);
            requireShape(required(encoder, "W_enc"), "W_enc", config.dIn(), config.dSae());
        } else {
            requirePursuit();
        }
        requireDecoder(rule);
        float[] bDec = decoderBias == null && noDecoding != null && !config.applyBDecToInput()
                ? new float[config.dOut()]
                : required(decoderBias, "b_dec");
        requireLength(bDec.length, "b_dec", config.dOut(), "d_out");
        requireInput();
        if (prediction != null) {
            requirePrediction(prediction);
        }
        if (sparsity != null) {
            requireLength(sparsity.length, "sparsity", config.dSae(), "d_sae");
        }
        SaeParts parts = new SaeParts(encoder, decoder, noDecoding, bDec, skip, rule, prediction);
        if (rule instanceof MatchingPursuit && !config.applyBDecToInput()) {
            bDec = new float[config.dOut()];
        }
        Device chosen = TorchRuntime.choose(device);
        TorchKernel opened = TorchKernel.open(
                new KernelParts(config, encoder, decoder, bDec, skip, rule, prediction, inputScale, !allowNonFinite),
                chosen,
                kernel);
        return new SparseAutoencoder(facts(rule), parts, opened);
    }

    private SaeFacts facts(Activation rule) {
        List<String> layout = new ArrayList<>();
        if (encoder != null) {
            layout.add(layout("W_enc", encoder, "d_in", "d_sae"));
        }
        if (decoder != null) {
            layout.add(layout("W_dec", decoder, "d_sae", "d_out"));
        }
        WeightMatrix first = encoder == null ? required(decoder, "W_dec") : encoder;
        return new SaeFacts(
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

    private static @Nullable String noFoldingOf(BlockRule rule) {
        boolean sameChoice = rule.rescalesByDecoderNorm() || rule.strength() == Strength.CONTRIBUTION;
        if (rule.mostActive() < rule.dSae() && !sameChoice) {
            return "The norms of the decoder's rows cannot be folded into this SAE: it keeps the " + rule.mostActive()
                    + " strongest features of each token, and after rescaling others would be the strongest.";
        }
        return null;
    }

    private void requireDecoder(Activation rule) {
        if (noDecoding == null) {
            requireShape(required(decoder, "W_dec"), "W_dec", config.dSae(), config.dOut());
        } else if (decoder != null || skip != null) {
            throw new SaeException("The SAE has a decoder or a skip matrix, but is said to have no decoder.");
        } else if (rule instanceof BlockRule blockRule && blockRule.rescalesByDecoderNorm()) {
            throw new SaeException("The activation rule rescales features by the norms of the decoder's rows, but the"
                    + " SAE is said to have no decoder.");
        } else if (rule instanceof BlockRule blockRule && blockRule.strength() == Strength.CONTRIBUTION) {
            throw new SaeException("The activation rule chooses features by the norms of the decoder's rows, but the"
                    + " SAE is said to have no decoder.");
        }
        if (skip != null) {
            requireShape(skip, "W_skip", config.dOut(), config.dIn());
        }
    }

    private void requirePursuit() {
        if (encoder != null) {
            throw new SaeException("Matching pursuit encodes with W_dec, but the SAE has a W_enc.");
        }
        if (noDecoding != null) {
            throw new SaeException("Matching pursuit encodes with W_dec, but the SAE is said to have no decoder.");
        }
        if (config.dOut() != config.dIn()) {
            throw new SaeException("Matching pursuit needs a decoder of the input's width, but d_out = " + config.dOut()
                    + " and d_in = " + config.dIn() + ".");
        }
        if (skip != null || prediction != null || inputScale != 1) {
            throw new SaeException("Matching pursuit goes with no skip matrix, no prediction and no scale.");
        }
    }

    private void requirePrediction(TemporalPrediction temporal) {
        if (noDecoding != null) {
            throw new SaeException("A temporal SAE predicts with W_dec, but is said to have no decoder.");
        }
        if (config.dOut() != config.dIn() || config.isTranscoder() || config.reshape() != Reshape.NONE) {
            throw new SaeException("A temporal SAE takes and gives activations of one width, not heads: d_in = "
                    + config.dIn() + ", d_out = " + config.dOut() + ", reshape = " + config.reshape() + ".");
        }
        temporal.requireFitting(config);
    }

    private void requireInput() {
        if (config.applyBDecToInput() && config.isTranscoder()) {
            throw new SaeException("b_dec cannot be subtracted from the input of a " + config.architecture()
                    + ": it belongs to the output.");
        }
        if (config.applyBDecToInput() && config.dOut() != config.dIn()) {
            throw new SaeException("b_dec cannot be subtracted from the input: d_out = " + config.dOut()
                    + ", but d_in = " + config.dIn() + ".");
        }
        if (!(inputScale > 0) || inputScale > Float.MAX_VALUE) {
            throw new SaeException("The norm scaling factor must be finite and above 0, but is " + inputScale + ".");
        }
        if (inputScale != 1 && config.normalization().isPerToken()) {
            throw new SaeException("The norm scaling factor " + inputScale + " is for all activations, but this SAE"
                    + " normalises each token (" + config.normalization() + ").");
        }
    }

    /** A rule may be a user's own. */
    private void requireSound(BlockRule rule) {
        requireLength(required(rule.bias(), "bias of the activation rule").length, "bias", config.dSae(), "d_sae");
        for (float[] parameter : required(rule.parameters(), "parameters of the activation rule")) {
            requireLength(
                    required(parameter, "parameter of the activation rule").length,
                    "A parameter of the activation rule",
                    config.dSae(),
                    "d_sae");
        }
        requireLength(
                required(rule.activeAbove(), "activeAbove of the activation rule").length,
                "activeAbove of the activation rule",
                config.dSae(),
                "d_sae");
        required(rule.torchScript(), "TorchScript of the activation rule");
        if (required(rule.strength(), "strength of the activation rule") == Strength.CONTRIBUTION
                && (rule.rescalesByDecoderNorm() || rule.mayBeNegative())) {
            throw new SaeException(
                    "The activation rule chooses features by the norms of the decoder's rows, so they must"
                            + " not be negative nor rescaled by them too.");
        }
        if (rule.mostActive() < 1 || rule.mostActive() > config.dSae()) {
            throw new SaeException("The activation rule keeps " + rule.mostActive()
                    + " features of a token, but must keep 1 to d_sae = " + config.dSae() + ".");
        }
    }

    private static <T> T required(@Nullable T part, String name) {
        if (part == null) {
            throw new SaeException("The SAE has no " + name + ".");
        }
        return part;
    }

    private static void requireShape(WeightMatrix matrix, String name, int rows, int columns) {
        if (matrix.rows() != rows || matrix.columns() != columns) {
            throw new SaeException(name + " has the shape [" + matrix.rows() + ", " + matrix.columns()
                    + "], but must be [" + rows + ", " + columns + "].");
        }
    }

    private static void requireLength(int length, String name, int expected, String size) {
        if (length != expected) {
            throw new SaeException(
                    name + " is for " + length + " values, but must be for " + size + " = " + expected + ".");
        }
    }
}
