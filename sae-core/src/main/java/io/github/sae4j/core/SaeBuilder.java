package io.github.sae4j.core;

import ai.djl.Device;
import io.github.sae4j.core.internal.torch.KernelParts;
import io.github.sae4j.core.internal.torch.TorchKernel;
import io.github.sae4j.core.internal.torch.TorchRuntime;
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
    private boolean allowNonFinite;

    SaeBuilder(SaeConfig config) {
        this.config = config;
    }

    /**
     * Sets {@code W_enc}; required.
     *
     * @param wEnc {@code [d_in, d_sae]}
     */
    public SaeBuilder encoder(WeightMatrix wEnc) {
        encoder = SaeException.requirePresent(wEnc, "wEnc");
        return this;
    }

    /**
     * Sets {@code W_dec}; required.
     *
     * @param wDec {@code [d_sae, d_out]}
     */
    public SaeBuilder decoder(WeightMatrix wDec) {
        decoder = SaeException.requirePresent(wDec, "wDec");
        return this;
    }

    /**
     * Sets {@code b_dec}; required.
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
     * @throws SaeException if a required part is missing, parts do not fit each other, the engine does not start, or
     *     there is no such device
     */
    public SparseAutoencoder build() {
        WeightMatrix wEnc = required(encoder, "W_enc");
        WeightMatrix wDec = required(decoder, "W_dec");
        float[] bDec = required(decoderBias, "b_dec");
        BlockRule rule = (BlockRule) required(activation, "activation rule");
        requireShape(wEnc, "W_enc", config.dIn(), config.dSae());
        requireShape(wDec, "W_dec", config.dSae(), config.dOut());
        requireLength(bDec.length, "b_dec", config.dOut(), "d_out");
        requireLength(rule.dSae(), "The activation rule", config.dSae(), "d_sae");
        if (config.applyBDecToInput() && config.dOut() != config.dIn()) {
            throw new SaeException("b_dec cannot be subtracted from the input: d_out = " + config.dOut()
                    + ", but d_in = " + config.dIn() + ".");
        }
        if (sparsity != null) {
            requireLength(sparsity.length, "sparsity", config.dSae(), "d_sae");
        }
        Device chosen = TorchRuntime.choose(device);
        TorchKernel kernel = TorchKernel.open(new KernelParts(config, wEnc, wDec, bDec, rule, !allowNonFinite), chosen);
        return new SparseAutoencoder(config, kernel, wEnc.type(), source, sparsity, allowNonFinite);
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
