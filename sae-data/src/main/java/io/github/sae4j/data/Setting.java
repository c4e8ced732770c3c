package io.github.sae4j.data;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a caller can choose about an SAE, about reading and about writing, as sentences and files speak of it.
 *
 * <p>A sentence names a setting by the method that sets it. A program whose users know it under another name, an option of a
 * command or a field of a form, renders the sentence with its own: see {@link Sentence#with}.
 *
 * <pre>{@code
 * String leftOut = Sentence.of(reader.leftOut()).with(value -> switch (value.setting()) {
 *     case SKIP_FIRST -> "--skip-first " + value.value().orElse("");
 *     case TOKENS -> "--rows " + value.value().orElse("");
 *     default -> value.toString();
 * });
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum Setting {
    /** That features are rescaled to decoder rows of norm 1. */
    FOLD_DECODER_NORMS("foldDecoderNorms", "--fold-decoder-norms"),
    /** The layout of the SAE's files. */
    FORMAT("format", "--format"),
    /** What activations are multiplied by before they are encoded, and reconstructions divided by. */
    NORM_SCALING_FACTOR("normScalingFactor", "--norm-scaling-factor"),
    /** A field of the SAE's configuration, {@code field=value}. */
    OVERRIDE("override", "--set"),
    /** A tensor or field of the SAE's files that is passed over although nothing understands it. */
    ALLOW_UNKNOWN("allowUnknown", "--allow-unknown"),
    /** The layer of a set of layers whose features are written. */
    SET_LAYER("the layer of the set", "--layer"),
    /** The array or column that holds the activations. */
    TENSOR("tensor", "--tensor"),
    /** The layer that is read of activations {@code [tokens, layers, d_in]}. */
    LAYER("layer", "--layer-id"),
    /** The ids of the layers of such activations. */
    LAYER_IDS("layerIds", "--layer-ids"),
    /** How many tokens a sequence has. */
    SEQUENCE_LENGTH("sequenceLength", "--sequence-length"),
    /** That each file is one sequence. */
    FILE_IS_SEQUENCE("eachFileIsASequence", "--sequence-length file"),
    /** The array or column that says which sequence a token is of. */
    SEQUENCE_COLUMN("sequenceColumn", "--document-column"),
    /** How many tokens at the beginning of each sequence are skipped. */
    SKIP_FIRST("skipFirst", "--skip-first"),
    /** The ids of tokens that are skipped. */
    SKIP_TOKENS("skipTokens", "--skip-token"),
    /** The multiple of the median norm above which tokens are skipped. */
    MAX_NORM_MULTIPLE("maxNormMultiple", "--max-norm-multiple"),
    /** Which tokens are read. */
    TOKENS("tokens", "--rows"),
    /** Whether NaN and infinity are let through. */
    ALLOW_NON_FINITE("allowNonFinite"),
    /** The file to be made. */
    OUTPUT("the target"),
    /** A folder of latents for delphi. */
    DELPHI("a delphi folder"),
    /** Whether a file that is in the way may be replaced. */
    REPLACE("replace"),
    /** How many tokens each file of a divided output has. */
    SHARD_TOKENS("shardTokens"),
    /** Whether to go on with the files that an interrupted run has finished. */
    RESUME("resume"),
    /** How many features of a token are written. */
    TOP_K("strongest"),
    /** Whether the dense matrix is written. */
    DENSE("asDense"),
    /** Whether a Parquet file has a row for each active feature. */
    LONG_FORM("inLongForm"),
    /** Whether lines of JSON begin with where they come from. */
    METADATA("withMetadata"),
    /** What only the program knows that wrote a file, in its words, which are the value. */
    OTHER("");

    private final String method;
    private final @Nullable String inFiles;

    Setting(String method) {
        this(method, null);
    }

    Setting(String method, @Nullable String inFiles) {
        this.method = method;
        this.inFiles = inFiles;
    }

    /**
     * Returns the settings of an SAE that change what it computes, beside what its files say: those that it was opened with, and
     * folded decoder norms.
     */
    public static List<Value> ofSae(SparseAutoencoder sae) {
        List<Value> settings = new ArrayList<>();
        if (sae.hasFoldedDecoderNorms()) {
            settings.add(FOLD_DECODER_NORMS.named());
        }
        SaeSource source = sae.source();
        if (source.files().isEmpty() && source.normScalingFactors().isEmpty() && sae.normScalingFactor() != 1) {
            settings.add(NORM_SCALING_FACTOR.of(sae.normScalingFactor()));
        }
        settings.addAll(ofSet(source));
        return List.copyOf(settings);
    }

    /**
     * Returns the settings that a set of layers was opened with and that change what its files mean.
     *
     * @param source where the weights of the set come from
     */
    public static List<Value> ofSet(SaeSource source) {
        List<Value> settings = new ArrayList<>();
        source.format().map(FORMAT::of).ifPresent(settings::add);
        if (!source.normScalingFactors().isEmpty()) {
            settings.add(NORM_SCALING_FACTOR.of(
                    source.normScalingFactors().stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        source.overrides().forEach((field, value) -> settings.add(OVERRIDE.of(field + "=" + value)));
        source.allowedUnknown().stream().sorted().map(ALLOW_UNKNOWN::of).forEach(settings::add);
        return List.copyOf(settings);
    }

    /** Returns what the metadata of files calls it, as the {@code sae} command does; empty if no file tells of it. */
    public Optional<String> inFiles() {
        return Optional.ofNullable(inFiles);
    }

    /** Returns this setting without saying how it is set. */
    public Value named() {
        return new Value(this, Optional.empty());
    }

    /** Returns this setting with what it is set to. */
    public Value of(Object value) {
        return new Value(
                this, Optional.of(Objects.requireNonNull(value, "value").toString()));
    }

    /**
     * A setting, and what it is set to. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * Setting.Value skipped = Setting.SKIP_FIRST.of(1);
     * System.out.println(skipped);                                 // skipFirst(1)
     * }</pre>
     *
     * @param setting the setting
     * @param value what it is set to; empty where only the setting is spoken of
     * @since 0.1
     */
    public record Value(Setting setting, Optional<String> value) {

        /** Checks that nothing is missing. */
        public Value {
            Objects.requireNonNull(setting, "setting");
            Objects.requireNonNull(value, "value");
        }

        /** Returns how the metadata of files has it, {@code --skip-first 1} for example; where no file tells of it, as a call. */
        public String inFiles() {
            return setting.inFiles()
                    .map(name -> value.map(set -> name + " " + set).orElse(name))
                    .orElseGet(this::toString);
        }

        /** Returns the call that sets it, or the name of the method; of {@link #OTHER} the words. */
        @Override
        public String toString() {
            return setting == OTHER
                    ? value.orElse("")
                    : value.map(set -> setting.method + "(" + set + ")").orElse(setting.method);
        }
    }
}
