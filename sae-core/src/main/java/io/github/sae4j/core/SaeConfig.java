package io.github.sae4j.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an SAE is configured to compute, independent of its weights' values. Immutable; equal where all fields are.
 *
 * <pre>{@code
 * SaeConfig config = SaeConfig.builder(SaeArchitecture.JUMPRELU, 3072, 49_152)
 *         .normalization(Normalization.LAYER_NORM)
 *         .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class SaeConfig {

    private final SaeArchitecture architecture;
    private final int dIn;
    private final int dSae;
    private final int dOut;
    private final @Nullable String dtype;
    private final boolean applyBDecToInput;
    private final Normalization normalization;
    private final Reshape reshape;
    private final SaeMetadata metadata;
    private final Map<String, String> otherFields;

    private SaeConfig(Builder builder) {
        this.architecture = builder.architecture;
        this.dIn = requirePositive(builder.dIn, "d_in");
        this.dSae = requirePositive(builder.dSae, "d_sae");
        this.dOut = requirePositive(builder.dOut, "d_out");
        this.dtype = builder.dtype;
        this.applyBDecToInput = builder.applyBDecToInput;
        this.normalization = builder.normalization;
        this.reshape = builder.reshape;
        this.metadata = builder.metadata;
        this.otherFields = builder.otherFields;
    }

    /**
     * Returns SAELens's defaults for a standard SAE: {@code b_dec} is subtracted from the input, nothing is normalised
     * or reshaped.
     *
     * @param dIn the width of an activation, at least 1
     * @param dSae the number of features, at least 1
     * @throws SaeException if a size is below 1
     */
    public static SaeConfig standard(int dIn, int dSae) {
        return builder(SaeArchitecture.STANDARD, dIn, dSae)
                .applyBDecToInput(true)
                .build();
    }

    /**
     * Returns a builder of a configuration in which {@code d_out} is {@code d_in}, {@code b_dec} is not subtracted from the
     * input, and nothing is normalised or reshaped.
     *
     * @param architecture what was trained
     * @param dIn the width of an activation, {@code d_in}
     * @param dSae the number of features, {@code d_sae}
     */
    public static Builder builder(SaeArchitecture architecture, int dIn, int dSae) {
        return new Builder(SaeException.requirePresent(architecture, "architecture"), dIn, dSae);
    }

    /** Returns a builder that begins with what this is. */
    public Builder toBuilder() {
        Builder builder = new Builder(architecture, dIn, dSae);
        builder.dtype = dtype;
        return builder.dOut(dOut)
                .applyBDecToInput(applyBDecToInput)
                .normalization(normalization)
                .reshape(reshape)
                .metadata(metadata)
                .otherFields(otherFields);
    }

    /**
     * Gathers a configuration; not safe for several threads at once.
     *
     * <pre>{@code
     * SaeConfig config = SaeConfig.builder(SaeArchitecture.TOPK, dIn, dSae)
     *         .applyBDecToInput(true)
     *         .metadata(SaeMetadata.builder().hookName("blocks.8.hook_resid_pre").build())
     *         .build();
     * SaeConfig wider = config.toBuilder().dSae(2 * dSae).build();
     * }</pre>
     *
     * @since 0.1
     */
    public static final class Builder {

        private SaeArchitecture architecture;
        private int dIn;
        private int dSae;
        private int dOut;
        private @Nullable String dtype;
        private boolean applyBDecToInput;
        private Normalization normalization = Normalization.NONE;
        private Reshape reshape = Reshape.NONE;
        private SaeMetadata metadata = SaeMetadata.NONE;
        private Map<String, String> otherFields = Map.of();

        private Builder(SaeArchitecture architecture, int dIn, int dSae) {
            this.architecture = architecture;
            this.dIn = dIn;
            this.dSae = dSae;
            this.dOut = dIn;
        }

        /** Sets what was trained. */
        public Builder architecture(SaeArchitecture architecture) {
            this.architecture = SaeException.requirePresent(architecture, "architecture");
            return this;
        }

        /** Sets the width of an activation; {@code d_out} stays as it is. */
        public Builder dIn(int dIn) {
            this.dIn = dIn;
            return this;
        }

        /** Sets the number of features. */
        public Builder dSae(int dSae) {
            this.dSae = dSae;
            return this;
        }

        /** Sets the width of a decoded activation; {@code d_in} but for transcoders. */
        public Builder dOut(int dOut) {
            this.dOut = dOut;
            return this;
        }

        /**
         * Sets the number format that the configuration declares.
         *
         * @param dtype for example {@code bfloat16}; by default none is declared
         * @throws NullPointerException if {@code dtype} is null
         */
        public Builder dtype(String dtype) {
            this.dtype = SaeException.requirePresent(dtype, "dtype");
            return this;
        }

        /** Sets whether {@code b_dec} is subtracted from the activation before encoding. */
        public Builder applyBDecToInput(boolean applyBDecToInput) {
            this.applyBDecToInput = applyBDecToInput;
            return this;
        }

        /** Sets what is done to each token before encoding and undone after decoding. */
        public Builder normalization(Normalization normalization) {
            this.normalization = SaeException.requirePresent(normalization, "normalization");
            return this;
        }

        /** Sets how the last axes become one of width {@code d_in}. */
        public Builder reshape(Reshape reshape) {
            this.reshape = SaeException.requirePresent(reshape, "reshape");
            return this;
        }

        /** Sets where the SAE reads and how it was trained. */
        public Builder metadata(SaeMetadata metadata) {
            this.metadata = SaeException.requirePresent(metadata, "metadata");
            return this;
        }

        /**
         * Sets the fields of the configuration that nothing here reads.
         *
         * @param otherFields dotted name to JSON text, in file order; copied
         */
        public Builder otherFields(Map<String, String> otherFields) {
            this.otherFields = Collections.unmodifiableMap(
                    new LinkedHashMap<>(SaeException.requirePresent(otherFields, "otherFields")));
            return this;
        }

        /**
         * Returns the configuration.
         *
         * @throws SaeException if a size is below 1
         */
        public SaeConfig build() {
            return new SaeConfig(this);
        }
    }

    /** Returns what was trained. */
    public SaeArchitecture architecture() {
        return architecture;
    }

    /** Returns the width of an activation, {@code d_in}. */
    public int dIn() {
        return dIn;
    }

    /** Returns the number of features, {@code d_sae}. */
    public int dSae() {
        return dSae;
    }

    /** Returns the width of a decoded activation; {@code d_in} but for transcoders. */
    public int dOut() {
        return dOut;
    }

    /**
     * Returns the number format that the configuration declares, for example {@code bfloat16}, if it declares one; the
     * weights may be stored in another, see {@link SparseAutoencoder#weightType()}.
     */
    public Optional<String> dtype() {
        return Optional.ofNullable(dtype);
    }

    /** Returns whether {@code b_dec} is subtracted from the activation before encoding. */
    public boolean applyBDecToInput() {
        return applyBDecToInput;
    }

    /** Returns what is done to each token before encoding and undone after decoding. */
    public Normalization normalization() {
        return normalization;
    }

    /** Returns how the last axes become one of width {@code d_in}. */
    public Reshape reshape() {
        return reshape;
    }

    /** Returns where the SAE reads and how it was trained. */
    public SaeMetadata metadata() {
        return metadata;
    }

    /** Returns the fields of the configuration that nothing here reads: dotted name to JSON text, in file order. */
    public Map<String, String> otherFields() {
        return otherFields;
    }

    /** Returns whether this is a transcoder, see {@link SaeArchitecture#isTranscoder()}. */
    public boolean isTranscoder() {
        return architecture.isTranscoder();
    }

    /** Returns the normalisation that decoding undoes: transcoders decode to other activations than they encode. */
    public Normalization undoneNormalization() {
        return isTranscoder() ? Normalization.NONE : normalization;
    }

    private static int requirePositive(int size, String name) {
        if (size < 1) {
            throw new SaeException(name + " must be at least 1, but is " + size + ".");
        }
        return size;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaeConfig config
                && architecture == config.architecture
                && dIn == config.dIn
                && dSae == config.dSae
                && dOut == config.dOut
                && Objects.equals(dtype, config.dtype)
                && applyBDecToInput == config.applyBDecToInput
                && normalization == config.normalization
                && reshape == config.reshape
                && metadata.equals(config.metadata)
                && otherFields.equals(config.otherFields);
    }

    @Override
    public int hashCode() {
        return Objects.hash(architecture, dIn, dSae, dOut, dtype, applyBDecToInput, normalization, reshape, metadata);
    }

    /** Returns the architecture and the sizes. */
    @Override
    public String toString() {
        return "SaeConfig[" + architecture + ", d_in " + dIn + ", d_sae " + dSae + ", d_out " + dOut + "]";
    }
}
