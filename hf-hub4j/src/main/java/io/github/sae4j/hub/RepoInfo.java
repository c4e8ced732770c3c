package io.github.sae4j.hub;

import java.util.List;

/**
 * What the hub says of a repository at a revision.
 *
 * <pre>{@code
 * RepoInfo info = hub.info(repo, "main");
 * for (String file : info.files()) {
 *     if (file.endsWith("/cfg.json")) {
 *         hub.download(repo, info.commit(), file);
 *     }
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class RepoInfo {

    private final RepoId repo;
    private final String commit;
    private final List<String> files;

    RepoInfo(RepoId repo, String commit, List<String> files) {
        this.repo = repo;
        this.commit = commit;
        this.files = List.copyOf(files);
    }

    /** Returns the repository. */
    public RepoId repo() {
        return repo;
    }

    /** Returns the commit that the revision stands for, 40 hexadecimal digits. */
    public String commit() {
        return commit;
    }

    /** Returns the names of the files of that commit, with {@code /}, in the hub's order. */
    public List<String> files() {
        return files;
    }
}
