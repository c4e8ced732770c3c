package io.github.sae4j.data;

import com.google.gson.JsonObject;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.internal.files.Json;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Where a file's numbers come from, kept in its metadata. Immutable.
 *
 * <pre>{@code
 * Provenance provenance = Provenance.builder()
 *         .sae(sae)
 *         .source(reader)
 *         .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class Provenance {

    private static final String SHAPE = "shape";
    private static final String SAE = "sae";
    private static final String SAE_SOURCE = "sae_source";
    private static final String SAE_SHA256 = "sae_sha256";
    private static final String SAE_OPTIONS = "sae_options";
    private static final String SELECTED = "selected";
    private static final String VERSION = "sae4j_version";
    private static final String SKIPPED = "skipped";
    private static final String LEFT_OUT = "left_out";
    private static final String SHARD = "shard_tokens";
    private static final String HEADS = "heads";
    private static final String OF = " of ";
    private static final Pattern COUNT = Pattern.compile("[0-9]{1,18}");

    private final Map<String, String> fields;

    private Provenance(Map<String, String> fields) {
        this.fields = fields;
    }

    /** Returns a builder; what is not set is not written. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns what the metadata of a file says of where its numbers come from; of a file that says nothing, nothing is known.
     *
     * @param metadata as {@link #metadata} returned it, or as any other program wrote it
     */
    public static Provenance of(Map<String, String> metadata) {
        Map<String, String> fields = new LinkedHashMap<>(Objects.requireNonNull(metadata, "metadata"));
        fields.remove(SHAPE);
        return new Provenance(fields);
    }

    /**
     * Sets where numbers come from. Not for use by several threads at once.
     *
     * <pre>{@code
     * Provenance provenance = Provenance.builder()
     *         .sae(sae)
     *         .name("trained at step 1000")
     *         .source("activations of the service", List.of())
     *         .build();
     * }</pre>
     *
     * @since 0.1
     */
    public static final class Builder {

        private String sae = "";
        private String origin = "";
        private Supplier<Optional<String>> sha256 = Optional::empty;
        private List<Setting.Value> settings = List.of();
        private String profile = "";
        private String source = "";
        private List<Setting.Value> selected = List.of();
        private String version =
                Objects.requireNonNullElse(Provenance.class.getPackage().getImplementationVersion(), "unknown");
        private String skipped = "";
        private String leftOut = "";
        private int heads;

        private Builder() {}

        /**
         * Sets the SAE: its name, the SHA-256 of its weights, and the settings that change what it computes.
         *
         * <p>The weights' file is read for the SHA-256 by the first {@link #build()} that needs it; the SAE keeps it.
         *
         * @param encoder what makes or has made the features
         */
        public Builder sae(SparseAutoencoder encoder) {
            set(encoder.source());
            settings = Setting.ofSae(encoder);
            return this;
        }

        /**
         * Sets a set of layers, as {@link #sae} does an SAE.
         *
         * @param weights where the set's come from
         */
        public Builder set(SaeSource weights) {
            sae = weights.description();
            origin = sae;
            sha256 = weights::sha256;
            settings = Setting.ofSet(weights);
            return this;
        }

        /**
         * Sets another name of the SAE than its source has, for people. Weights that are in no file are told from others by
         * what their source calls them nevertheless.
         */
        public Builder name(String ofSae) {
            sae = Objects.requireNonNull(ofSae, "ofSae");
            return this;
        }

        /** Sets what a set of settings means that the user asked for, in words. */
        public Builder profile(String words) {
            profile = Objects.requireNonNull(words, "words");
            return this;
        }

        /**
         * Sets what was read.
         *
         * @param name the name of the source, for example a file's
         * @param chosen what chooses the numbers in it; empty if nothing does
         */
        public Builder source(String name, List<Setting.Value> chosen) {
            source = Objects.requireNonNull(name, "name");
            selected = List.copyOf(chosen);
            return this;
        }

        /**
         * Sets what was read: activations, whose settings say what is read of them and which tokens are left out.
         *
         * @param reader the activations
         */
        public Builder source(ActivationReader reader) {
            source(reader.sourceName(), reader.selected());
            leftOut(reader.leftOut(), reader.leftOutTokens(), reader.whole().tokens());
            return heads(reader.layout().heads());
        }

        /**
         * Sets what was read: a file of the same tokens, with the same heads and of which the same are left out.
         *
         * @param name the name of the file
         * @param origin where its numbers come from
         */
        public Builder source(String name, Provenance origin) {
            source(name, List.of());
            skipped = origin.field(SKIPPED).orElse("");
            leftOut = origin.field(LEFT_OUT).orElse("");
            return this;
        }

        /**
         * Sets which tokens were left out.
         *
         * @param by what left them out; empty if nothing did
         * @param tokens how many that are
         * @param of of how many
         */
        public Builder leftOut(List<Setting.Value> by, long tokens, long of) {
            skipped = WrittenSettings.text(Objects.requireNonNull(by, "by"));
            leftOut = by.isEmpty() ? "" : tokens + OF + of;
            return this;
        }

        /** Sets the number of attention heads if the activations have an axis for them; by default they have none. */
        public Builder heads(int count) {
            heads = count;
            return this;
        }

        /** Sets the version of the software; by default that of this library. */
        public Builder version(String number) {
            version = Objects.requireNonNull(number, "number");
            return this;
        }

        /**
         * Returns where the numbers come from.
         *
         * @throws io.github.sae4j.core.SaeException if the weights' file can no longer be read
         */
        public Provenance build() {
            Map<String, String> fields = new LinkedHashMap<>();
            String digest = sha256.get().orElse("");
            fields.put(SAE, sae);
            if (digest.isEmpty() && !origin.equals(sae)) {
                putIfThere(fields, SAE_SOURCE, origin);
            }
            putIfThere(fields, SAE_SHA256, digest);
            putIfThere(fields, SAE_OPTIONS, WrittenSettings.text(settings));
            putIfThere(fields, "profile", profile);
            fields.put("source", source);
            putIfThere(fields, SELECTED, WrittenSettings.text(selected));
            fields.put(VERSION, version);
            putIfThere(fields, SKIPPED, skipped);
            putIfThere(fields, LEFT_OUT, leftOut);
            if (heads > 0) {
                fields.put(HEADS, String.valueOf(heads));
            }
            return new Provenance(fields);
        }

        private static void putIfThere(Map<String, String> fields, String name, String value) {
            if (!value.isEmpty()) {
                fields.put(name, value);
            }
        }
    }

    /** Returns the name of the SAE, for people. */
    public Optional<String> sae() {
        return field(SAE);
    }

    /**
     * Returns what the source of the SAE's weights called them, by which weights that are in no file are told from others; the
     * name of the SAE unless it was given {@linkplain Builder#name another}.
     */
    public Optional<String> saeSource() {
        return field(SAE_SOURCE).or(this::sae);
    }

    /** Returns the SHA-256 of the SAE's weights; empty if they were in no file. */
    public Optional<String> saeSha256() {
        return field(SAE_SHA256);
    }

    /** Returns the settings that changed what the SAE computed; empty if there were none. */
    public List<Setting.Value> saeSettings() {
        return settings(SAE_OPTIONS);
    }

    /**
     * Returns whether the settings that changed what the SAE computed are these, however their numbers are written.
     *
     * @param others those of another SAE
     */
    public boolean hasSettings(List<Setting.Value> others) {
        return WrittenSettings.same(saeSettings(), others);
    }

    /** Returns the settings that chose what was read of the source; empty if there were none. */
    public List<Setting.Value> selected() {
        return settings(SELECTED);
    }

    /** Returns the settings by which tokens were left out; empty if there were none. */
    public List<Setting.Value> skipped() {
        return settings(SKIPPED);
    }

    /** Returns how many tokens were left out; empty if none were. */
    public OptionalLong leftOutTokens() {
        String count = field(LEFT_OUT).orElse("").split(OF, 2)[0];
        return COUNT.matcher(count).matches() ? OptionalLong.of(Long.parseLong(count)) : OptionalLong.empty();
    }

    /** Returns the version of this software that wrote it; empty if another program did. */
    public Optional<String> version() {
        return field(VERSION);
    }

    private List<Setting.Value> settings(String name) {
        return WrittenSettings.parse(field(name).orElse(""));
    }

    private Optional<String> field(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** Returns where a part of the numbers comes from. */
    public Provenance ofShard(TokenRange tokens) {
        Map<String, String> shard = new LinkedHashMap<>(fields);
        String heads = shard.remove(HEADS);
        shard.put(SHARD, tokens.from() + ":" + tokens.to());
        if (heads != null) {
            shard.put(HEADS, heads);
        }
        return new Provenance(shard);
    }

    /** Returns what is known, under the names that files have for it, for example {@code sae_sha256}. */
    public Map<String, String> fields() {
        return Collections.unmodifiableMap(fields);
    }

    /** Returns the metadata of a file with the given dense shape. */
    public Map<String, String> metadata(long[] shape) {
        Objects.requireNonNull(shape, "shape");
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put(SHAPE, Arrays.toString(shape).replace(" ", ""));
        metadata.putAll(fields);
        return metadata;
    }

    /** Returns the metadata of a file with the given dense shape as a JSON object. */
    public String json(long[] shape) {
        JsonObject json = new JsonObject();
        metadata(shape).forEach(json::addProperty);
        return Json.line(json);
    }
}
