package io.github.sae4j.hub;

import java.nio.file.Path;

/**
 * A file of a repository that is in the cache.
 *
 * <p>With its commit, further files are fetched that belong to it even if the branch has moved on:
 *
 * <pre>{@code
 * CachedFile cfg = hub.download(repo, "main", "layer_19/cfg.json");
 * CachedFile weights = hub.download(repo, cfg.commit(), "layer_19/sae_weights.safetensors");
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param path where it can be read: a path under {@code snapshots/<commit>/}, a link or a plain file
 * @param repo the repository
 * @param commit the commit, 40 hexadecimal digits
 * @param file its name in the repository, with {@code /}
 * @since 0.1
 */
public record CachedFile(Path path, RepoId repo, String commit, String file) {

    /** Checks that nothing is missing. */
    public CachedFile {
        HubException.requirePresent(path, "path");
        HubException.requirePresent(repo, "repo");
        HubException.requirePresent(commit, "commit");
        HubException.requirePresent(file, "file");
    }
}
