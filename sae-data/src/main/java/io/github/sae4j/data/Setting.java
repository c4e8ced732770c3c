package io.github.sae4j.data;

import java.util.Optional;

/**
 * What a caller can choose about reading and writing, as sentences speak of it.
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
    /** The array or column that holds the activations. */
    TENSOR("tensor"),
    /** The layer that is read of activations {@code [tokens, layers, d_in]}. */
    LAYER("layer"),
    /** The ids of the layers of such activations. */
    LAYER_IDS("layerIds"),
    /** How many tokens a sequence has. */
    SEQUENCE_LENGTH("sequenceLength"),
    /** That each file is one sequence. */
    FILE_IS_SEQUENCE("eachFileIsASequence"),
    /** The array or column that says which sequence a token is of. */
    SEQUENCE_COLUMN("sequenceColumn"),
    /** How many tokens at the beginning of each sequence are skipped. */
    SKIP_FIRST("skipFirst"),
    /** The ids of tokens that are skipped. */
    SKIP_TOKENS("skipTokens"),
    /** The multiple of the median norm above which tokens are skipped. */
    MAX_NORM_MULTIPLE("maxNormMultiple"),
    /** Which tokens are read. */
    TOKENS("tokens"),
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
    TOP_K("topK"),
    /** Whether the dense matrix is written. */
    DENSE("dense"),
    /** Whether a Parquet file has a row for each active feature. */
    LONG_FORM("longForm"),
    /** Whether lines of JSON begin with where they come from. */
    METADATA("metadata");

    private final String method;

    Setting(String method) {
        this.method = method;
    }

    /** Returns this setting without saying how it is set. */
    public Value named() {
        return new Value(this, Optional.empty());
    }

    /** Returns this setting with what it is set to. */
    public Value of(Object value) {
        return new Value(this, Optional.of(String.valueOf(value)));
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

        /** Returns the call that sets it, or the name of the method. */
        @Override
        public String toString() {
            return value.map(set -> setting.method + "(" + set + ")").orElse(setting.method);
        }
    }
}
