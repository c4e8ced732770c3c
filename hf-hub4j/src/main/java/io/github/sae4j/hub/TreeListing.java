package io.github.sae4j.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The list of a commit's files that the cache keeps, in the form that Python's client reads and writes. */
final class TreeListing {

    private static final Logger LOG = LoggerFactory.getLogger(TreeListing.class);
    private static final int FORMAT = 1;
    private static final long LARGEST = 256L << 20;

    private TreeListing() {}

    /** Returns the list, or nothing if there is none that can be read; it can be had from the hub again. */
    static Optional<List<RepoFile>> read(Path file) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LARGEST) {
                return Optional.empty();
            }
            JsonObject json = Json.object(Json.parse(Files.readString(file)));
            if (Json.size(json, "format_version") != FORMAT) {
                return Optional.empty();
            }
            List<RepoFile> files = new ArrayList<>();
            for (Map.Entry<String, JsonElement> entry :
                    Json.object(json.get("files")).entrySet()) {
                JsonObject about = Json.object(entry.getValue());
                Optional<String> sha256 =
                        about.has("lfs_sha256") ? Optional.of(Json.text(about, "lfs_sha256")) : Optional.empty();
                files.add(new RepoFile(
                        SafePath.requireFile(entry.getKey()),
                        Json.size(about, "size"),
                        Json.text(about, "blob_id"),
                        sha256));
            }
            return Optional.of(List.copyOf(files));
        } catch (IOException | JsonParseException | HubException e) {
            LOG.warn("{} cannot be read and is left alone: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Keeps the list; without it nothing is lost but time. */
    static void write(Path file, List<RepoFile> list) {
        JsonObject files = new JsonObject();
        for (RepoFile each : list) {
            JsonObject about = new JsonObject();
            about.addProperty("size", each.size());
            about.addProperty("blob_id", each.oid());
            each.sha256().ifPresent(sha256 -> {
                about.addProperty("lfs_sha256", sha256);
                about.addProperty("lfs_size", each.size());
            });
            files.add(each.path(), about);
        }
        JsonObject json = new JsonObject();
        json.addProperty("format_version", FORMAT);
        json.add("files", files);
        try {
            RepoFolder.writeWhole(file, Files.createDirectories(file.getParent()), json.toString());
        } catch (IOException e) {
            LOG.debug("{} could not be written: {}", file, e.toString());
        }
    }
}
