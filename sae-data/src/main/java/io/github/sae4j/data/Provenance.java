package io.github.sae4j.data;

import com.google.gson.JsonObject;
import io.github.sae4j.data.internal.files.Json;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a file's numbers come from, kept in its metadata.
 *
 * @param sae the SAE's name
 * @param saeSha256 the SHA-256 of the SAE's weights
 * @param options the options that change what the SAE computes, as users write them; empty if there are none
 * @param profile what a set of settings means that the user asked for; empty if there is none
 * @param source the name of the file that was read
 * @param selected the options that choose what is read of it, as users write them; empty if there are none
 * @param version the version of this software
 * @param skipped the options that leave tokens out, as users write them; empty if there are none
 * @param leftOut how many tokens of how many that leaves out; empty if none
 * @param heads the number of attention heads if the activations have an axis for them, otherwise 0
 * @param shard which of the tokens are in this file, as {@code A:B}; empty if all are
 */
public record Provenance(
        String sae,
        String saeSha256,
        String options,
        String profile,
        String source,
        String selected,
        String version,
        String skipped,
        String leftOut,
        int heads,
        String shard) {

    /** Returns where a part of the numbers comes from. */
    public Provenance ofShard(TokenRange tokens) {
        return new Provenance(
                sae,
                saeSha256,
                options,
                profile,
                source,
                selected,
                version,
                skipped,
                leftOut,
                heads,
                tokens.from() + ":" + tokens.to());
    }

    /** Returns the metadata of a file with the given dense shape. */
    public Map<String, String> metadata(long[] shape) {
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("shape", Arrays.toString(shape).replace(" ", ""));
        metadata.put("sae", sae);
        metadata.put("sae_sha256", saeSha256);
        if (!options.isEmpty()) {
            metadata.put("sae_options", options);
        }
        if (!profile.isEmpty()) {
            metadata.put("profile", profile);
        }
        metadata.put("source", source);
        if (!selected.isEmpty()) {
            metadata.put("selected", selected);
        }
        metadata.put("sae4j_version", version);
        if (!skipped.isEmpty()) {
            metadata.put("skipped", skipped);
        }
        if (!leftOut.isEmpty()) {
            metadata.put("left_out", leftOut);
        }
        if (!shard.isEmpty()) {
            metadata.put("shard_tokens", shard);
        }
        if (heads > 0) {
            metadata.put("heads", String.valueOf(heads));
        }
        return metadata;
    }

    /** Returns the metadata of a file with the given dense shape as a JSON object. */
    public String json(long[] shape) {
        JsonObject json = new JsonObject();
        metadata(shape).forEach(json::addProperty);
        return Json.line(json);
    }
}
