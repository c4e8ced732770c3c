package io.github.sae4j.data;

import com.google.gson.JsonObject;
import io.github.sae4j.data.internal.files.Json;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a file's numbers come from, kept in its metadata. Immutable.
 *
 * <pre>{@code
 * Provenance provenance = Provenance.builder()
 *         .sae(sae.source().description(), sae.source().sha256().orElse(null))
 *         .source("x.safetensors", "")
 *         .build();
 * }</pre>
 *
 * @since 0.1
 */
public final class Provenance {

    private static final String SHARD = "shard_tokens";
    private static final String HEADS = "heads";

    private final Map<String, String> fields;

    private Provenance(Map<String, String> fields) {
        this.fields = fields;
    }

    /** Returns a builder; what is not set is not written. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Sets where numbers come from. Not for use by several threads at once.
     *
     * <pre>{@code
     * Provenance provenance = Provenance.builder()
     *         .sae("trained at step 1000", null)
     *         .source("activations of the service", "")
     *         .build();
     * }</pre>
     *
     * @since 0.1
     */
    public static final class Builder {

        private String sae = "";
        private String sha256 = "";
        private String options = "";
        private String profile = "";
        private String source = "";
        private String selected = "";
        private String version =
                Objects.requireNonNullElse(Provenance.class.getPackage().getImplementationVersion(), "unknown");
        private String skipped = "";
        private String leftOut = "";
        private int heads;

        private Builder() {}

        /**
         * Sets the SAE.
         *
         * @param name its name
         * @param weightsSha256 the SHA-256 of its weights, or null if they are in no file
         */
        public Builder sae(String name, @Nullable String weightsSha256) {
            sae = name;
            sha256 = weightsSha256 == null ? "" : weightsSha256;
            return this;
        }

        /** Sets what changes what the SAE computes, as the program's users write it. */
        public Builder options(String written) {
            options = written;
            return this;
        }

        /** Sets what a set of settings means that the user asked for. */
        public Builder profile(String words) {
            profile = words;
            return this;
        }

        /**
         * Sets what was read.
         *
         * @param name the name of the source, for example a file's
         * @param written what chooses the numbers in it, as the program's users write it; empty if nothing does
         */
        public Builder source(String name, String written) {
            source = name;
            selected = written;
            return this;
        }

        /**
         * Sets which tokens were left out.
         *
         * @param written what leaves them out, as the program's users write it; empty if nothing does
         * @param count how many of how many that are; empty if none
         */
        public Builder leftOut(String written, String count) {
            skipped = written;
            leftOut = count;
            return this;
        }

        /** Sets the number of attention heads if the activations have an axis for them; by default they have none. */
        public Builder heads(int count) {
            heads = count;
            return this;
        }

        /** Sets the version of the software; by default that of this library. */
        public Builder version(String number) {
            version = number;
            return this;
        }

        /** Returns where the numbers come from. */
        public Provenance build() {
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("sae", sae);
            putIfThere(fields, "sae_sha256", sha256);
            putIfThere(fields, "sae_options", options);
            putIfThere(fields, "profile", profile);
            fields.put("source", source);
            putIfThere(fields, "selected", selected);
            fields.put("sae4j_version", version);
            putIfThere(fields, "skipped", skipped);
            putIfThere(fields, "left_out", leftOut);
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
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("shape", Arrays.toString(shape).replace(" ", ""));
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
