package io.github.sae4j.core;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A sparse autoencoder that is ready to run (signatures first; the kernels follow in the next commits). */
public final class SparseAutoencoder implements AutoCloseable {

    private final SaeConfig config;

    private SparseAutoencoder(SaeConfig config) {
        this.config = config;
    }

    /**
     * Returns a builder.
     *
     * @param config what the SAE computes
     */
    public static Builder builder(SaeConfig config) {
        return new Builder(config);
    }

    /** Returns what the SAE computes. */
    public SaeConfig config() {
        return config;
    }

    /** Returns where the weights came from. */
    public SaeSource source() {
        return SaeSource.memory();
    }

    /** Returns a copy of the log10 of each feature's firing frequency, {@code [d_sae]}, if published. */
    public Optional<float[]> sparsity() {
        return Optional.empty();
    }

    /** Returns the number format in which the two matrices are stored and kept. */
    public WeightType weightType() {
        return WeightType.FLOAT32;
    }

    /** Returns the device that the SAE runs on. */
    public Device device() {
        return Device.cpu();
    }

    /** Returns the name of the kernel that was chosen. */
    public String kernel() {
        return "";
    }

    /** Returns a new manager on the SAE's device, for arrays of the caller's; the caller closes it. */
    public NDManager newManager() {
        return pending();
    }

    /**
     * Encodes to a dense array.
     *
     * @param activations {@code [..., d_in]}
     */
    public NDArray encode(NDArray activations) {
        return pending();
    }

    /**
     * Encodes one token.
     *
     * @param activation {@code [d_in]}
     */
    public SparseFeatures encode(float[] activation) {
        return pending();
    }

    /**
     * Encodes tokens.
     *
     * @param activations {@code [tokens][d_in]}
     */
    public SparseFeatures encode(float[][] activations) {
        return pending();
    }

    /**
     * Encodes to sparse features.
     *
     * @param activations {@code [..., d_in]}
     */
    public SparseFeatures encodeSparse(NDArray activations) {
        return pending();
    }

    /**
     * Decodes features of an SAE without per-token normalisation.
     *
     * @param features {@code [..., d_sae]}
     */
    public NDArray decode(NDArray features) {
        return pending();
    }

    /**
     * Decodes dense features.
     *
     * @param features {@code [..., d_sae]}
     * @param inverse what the input transform left
     */
    public NDArray decode(NDArray features, InverseTransform inverse) {
        return pending();
    }

    /**
     * Decodes sparse features to {@code [..., d_out]}.
     *
     * @param features sparse features
     * @param manager owns the result
     */
    public NDArray decode(SparseFeatures features, NDManager manager) {
        return pending();
    }

    /**
     * Decodes sparse features to {@code [tokens][d_out]}.
     *
     * @param features sparse features
     */
    public float[][] decode(SparseFeatures features) {
        return pending();
    }

    /**
     * Encodes and decodes, {@code [..., d_in]} to {@code [..., d_out]}.
     *
     * @param activations {@code [..., d_in]}
     */
    public NDArray reconstruct(NDArray activations) {
        return pending();
    }

    /**
     * Encodes and decodes one token.
     *
     * @param activation {@code [d_in]}
     */
    public float[] reconstruct(float[] activation) {
        return pending();
    }

    /**
     * Encodes and decodes tokens.
     *
     * @param activations {@code [tokens][d_in]}
     */
    public float[][] reconstruct(float[][] activations) {
        return pending();
    }

    @Override
    public void close() {}

    @SuppressWarnings("TypeParameterUnusedInFormals")
    private static <T> T pending() {
        throw new SaeException("The kernels are not here yet.");
    }

    /** Gathers the parts of an SAE. */
    public static final class Builder {

        private final SaeConfig config;

        private Builder(SaeConfig config) {
            this.config = config;
        }

        /**
         * Sets {@code W_enc}, {@code [d_in, d_sae]}; required.
         *
         * @param wEnc the matrix
         */
        public Builder encoder(WeightMatrix wEnc) {
            return this;
        }

        /**
         * Sets {@code W_dec}, {@code [d_sae, d_out]}; required.
         *
         * @param wDec the matrix
         */
        public Builder decoder(WeightMatrix wDec) {
            return this;
        }

        /**
         * Sets {@code b_dec}, {@code [d_out]}; required.
         *
         * @param bDec the bias; copied
         */
        public Builder decoderBias(float[] bDec) {
            return this;
        }

        /**
         * Sets the rule that decides which features are active; required.
         *
         * @param activation the rule with its parameters
         */
        public Builder activation(Activation activation) {
            return this;
        }

        /**
         * Sets the log10 of each feature's firing frequency.
         *
         * @param sparsity {@code [d_sae]}, or null if it is not published; copied
         */
        public Builder sparsity(float @Nullable [] sparsity) {
            return this;
        }

        /**
         * Sets where the weights came from.
         *
         * @param source the source
         */
        public Builder source(SaeSource source) {
            return this;
        }

        /**
         * Sets the device; without it CUDA is chosen if there is one, the CPU otherwise.
         *
         * @param device the device, or null to choose
         */
        public Builder device(@Nullable Device device) {
            return this;
        }

        /**
         * Sets whether NaN and infinity in activations and features are let through; by default they are rejected.
         *
         * @param allow whether to let them through
         */
        public Builder allowNonFinite(boolean allow) {
            return this;
        }

        /** Returns the SAE; the caller closes it. */
        public SparseAutoencoder build() {
            return new SparseAutoencoder(config);
        }
    }
}
