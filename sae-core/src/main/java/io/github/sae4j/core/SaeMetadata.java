package io.github.sae4j.core;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Where in which model an SAE reads, and how it was trained, as far as its publisher says. Immutable; equal where all fields
 * are.
 *
 * <pre>{@code
 * SaeMetadata metadata = SaeMetadata.builder()
 *         .modelName("gpt2-small")
 *         .hookName("blocks.8.hook_resid_pre")
 *         .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class SaeMetadata {

    /** Nothing is known. */
    public static final SaeMetadata NONE = builder().build();

    private final Builder fields;

    private SaeMetadata(Builder fields) {
        this.fields = fields;
    }

    /** Returns a builder of which every field is unknown. */
    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder that begins with what this is. */
    public Builder toBuilder() {
        return fields.copy();
    }

    /**
     * Gathers what is known; a field that is not set is not known. Not safe for several threads at once.
     *
     * <pre>{@code
     * SaeMetadata metadata = sae.config().metadata().toBuilder()
     *         .hookName("blocks.8.hook_resid_pre")
     *         .prependBos(true)
     *         .build();
     * }</pre>
     *
     * @since 0.1
     */
    public static final class Builder {

        private @Nullable String modelName;
        private @Nullable String hookName;
        private @Nullable Integer hookHeadIndex;
        private @Nullable Integer contextSize;
        private @Nullable Boolean prependBos;
        private @Nullable String datasetPath;
        private @Nullable String neuronpediaId;
        private @Nullable String saeLensVersion;

        private Builder() {}

        private Builder copy() {
            Builder copy = new Builder();
            copy.modelName = modelName;
            copy.hookName = hookName;
            copy.hookHeadIndex = hookHeadIndex;
            copy.contextSize = contextSize;
            copy.prependBos = prependBos;
            copy.datasetPath = datasetPath;
            copy.neuronpediaId = neuronpediaId;
            copy.saeLensVersion = saeLensVersion;
            return copy;
        }

        /** Sets the model's name, for example {@code gpt2-small}. */
        public Builder modelName(String modelName) {
            this.modelName = SaeException.requirePresent(modelName, "modelName");
            return this;
        }

        /** Sets the place in the model in TransformerLens's spelling, for example {@code blocks.19.hook_resid_post}. */
        public Builder hookName(String hookName) {
            this.hookName = SaeException.requirePresent(hookName, "hookName");
            return this;
        }

        /** Sets the attention head, if the SAE reads a single one. */
        public Builder hookHeadIndex(int hookHeadIndex) {
            this.hookHeadIndex = hookHeadIndex;
            return this;
        }

        /** Sets the length of the training sequences in tokens. */
        public Builder contextSize(int contextSize) {
            this.contextSize = contextSize;
            return this;
        }

        /** Sets whether training sequences began with a BOS token. */
        public Builder prependBos(boolean prependBos) {
            this.prependBos = prependBos;
            return this;
        }

        /** Sets the training data's name. */
        public Builder datasetPath(String datasetPath) {
            this.datasetPath = SaeException.requirePresent(datasetPath, "datasetPath");
            return this;
        }

        /** Sets the SAE's id on Neuronpedia. */
        public Builder neuronpediaId(String neuronpediaId) {
            this.neuronpediaId = SaeException.requirePresent(neuronpediaId, "neuronpediaId");
            return this;
        }

        /** Sets the version of SAELens that wrote the configuration. */
        public Builder saeLensVersion(String saeLensVersion) {
            this.saeLensVersion = SaeException.requirePresent(saeLensVersion, "saeLensVersion");
            return this;
        }

        /** Returns what is known. */
        public SaeMetadata build() {
            return new SaeMetadata(copy());
        }
    }

    /** Returns the model's name, for example {@code gpt2-small}, if it is known. */
    public Optional<String> modelName() {
        return Optional.ofNullable(fields.modelName);
    }

    /**
     * Returns the place in the model in TransformerLens's spelling, for example {@code blocks.19.hook_resid_post}, if it is
     * known.
     */
    public Optional<String> hookName() {
        return Optional.ofNullable(fields.hookName);
    }

    /** Returns the attention head, if the SAE reads a single one. */
    public OptionalInt hookHeadIndex() {
        return optional(fields.hookHeadIndex);
    }

    /** Returns the length of the training sequences in tokens, if it is known. */
    public OptionalInt contextSize() {
        return optional(fields.contextSize);
    }

    /** Returns whether training sequences began with a BOS token, if it is known. */
    public Optional<Boolean> prependBos() {
        return Optional.ofNullable(fields.prependBos);
    }

    /** Returns the training data's name, if it is known. */
    public Optional<String> datasetPath() {
        return Optional.ofNullable(fields.datasetPath);
    }

    /** Returns the SAE's id on Neuronpedia, if it is known. */
    public Optional<String> neuronpediaId() {
        return Optional.ofNullable(fields.neuronpediaId);
    }

    /** Returns the version of SAELens that wrote the configuration, if it is known. */
    public Optional<String> saeLensVersion() {
        return Optional.ofNullable(fields.saeLensVersion);
    }

    private static OptionalInt optional(@Nullable Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaeMetadata metadata && values().equals(metadata.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    private List<@Nullable Object> values() {
        return Arrays.asList(
                fields.modelName,
                fields.hookName,
                fields.hookHeadIndex,
                fields.contextSize,
                fields.prependBos,
                fields.datasetPath,
                fields.neuronpediaId,
                fields.saeLensVersion);
    }

    /** Returns the model and the hook. */
    @Override
    public String toString() {
        return "SaeMetadata[" + Objects.requireNonNullElse(fields.modelName, "unknown model") + ", "
                + Objects.requireNonNullElse(fields.hookName, "unknown hook") + "]";
    }
}
