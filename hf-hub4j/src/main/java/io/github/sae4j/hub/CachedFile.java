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
 * @since 0.1
 */
public final class CachedFile {

    private final Path path;
    private final RepoId repo;
    private final String commit;
    private final String file;

    CachedFile(Path path, RepoId repo, String commit, String file) {
        this.path = path;
        this.repo = repo;
        this.commit = commit;
        this.file = file;
    }

    /** Returns where it can be read: a path under {@code snapshots/<commit>/}, a link or a plain file. */
    public Path path() {
        return path;
    }

    /** Returns the repository. */
    public RepoId repo() {
        return repo;
    }

    /** Returns the commit, 40 hexadecimal digits. */
    public String commit() {
        return commit;
    }

    /** Returns its name in the repository, with {@code /}. */
    public String file() {
        return file;
    }
}
