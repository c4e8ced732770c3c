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
 * @param repo the repository
 * @param commit the commit that the revision stands for, 40 hexadecimal digits
 * @param files the names of the files of that commit, with {@code /}, in the hub's order
 * @since 0.1
 */
public record RepoInfo(RepoId repo, String commit, List<String> files) {

    /** Checks that nothing is missing, and copies the list. */
    public RepoInfo {
        HubException.requirePresent(repo, "repo");
        HubException.requirePresent(commit, "commit");
        files = List.copyOf(HubException.requirePresent(files, "files"));
    }
}
