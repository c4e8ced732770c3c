package io.github.sae4j.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A cache folder as Python's client leaves it, with links to blobs or, as on Windows, without. */
final class PythonCache {

    static final RepoId REPO = RepoId.model("analist/ministral-3b-sae");
    static final String MAIN = "1f0e3dad99908345f7439f8ffabdffc40a1b2c3d";
    static final String PULL_REQUEST = "2b00042f7481c7b056c4b410d28f33cf4d5e6f70";

    final Path folder;
    private final boolean links;

    private PythonCache(Path folder, boolean links) {
        this.folder = folder;
        this.links = links;
    }

    /** Fills a folder: branch, tag and pull request; of the latter only one file, of the former not the second SAE. */
    static PythonCache in(Path folder, boolean links) {
        PythonCache cache = new PythonCache(folder, links);
        cache.text("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55\n");
        cache.text(".locks/" + REPO.cacheFolderName() + "/64d7d473c9b6246feb7203ebc0702a3382a04ebd.lock", "");
        cache.ref("main", MAIN);
        cache.ref("v1.0", MAIN);
        cache.ref("refs/pr/1", PULL_REQUEST);
        cache.file(MAIN, "README.md", "84a60ae894232dd0b94eca3a36045bdb058abd5a", "# SAE");
        cache.file(MAIN, "layer_19/cfg.json", "64d7d473c9b6246feb7203ebc0702a3382a04ebd", "{\"layer\": 19}");
        cache.file(MAIN, "layer_19/sae_weights.safetensors", "b1cf7538cf80d01e", "weights");
        cache.file(PULL_REQUEST, "layer_19/cfg.json", "aa", "{\"layer\": 19, \"pr\": 1}");
        cache.text(REPO.cacheFolderName() + "/.no_exist/" + MAIN + "/layer_19/sparsity.safetensors", "");
        cache.text(REPO.cacheFolderName() + "/trees/" + MAIN + ".json", "{\"format_version\": 1}");
        return cache;
    }

    HubCache open() {
        return HubCache.of(folder);
    }

    void ref(String revision, String content) {
        text(REPO.cacheFolderName() + "/refs/" + revision, content);
    }

    void file(String commit, String name, String etag, String content) {
        String snapshot = REPO.cacheFolderName() + "/snapshots/" + commit + "/" + name;
        if (!links) {
            text(snapshot, content);
            return;
        }
        text(REPO.cacheFolderName() + "/blobs/" + etag, content);
        String up = "../".repeat(name.split("/").length + 1);
        try {
            Path link = folder.resolve(snapshot);
            Files.createDirectories(link.getParent());
            Files.createSymbolicLink(link, folder.getFileSystem().getPath(up + "blobs/" + etag));
        } catch (FileSystemException e) {
            Assumptions.abort("this account may not make links: " + e.getReason());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path text(String name, String content) {
        try {
            Path path = folder.resolve(name);
            Files.createDirectories(path.getParent());
            return Files.writeString(path, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
