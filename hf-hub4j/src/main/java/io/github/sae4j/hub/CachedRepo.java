package io.github.sae4j.hub;

import java.nio.file.Path;
import java.util.List;

/**
 * What the cache has of one repository.
 *
 * <pre>{@code
 * for (CachedRepo cached : HubCache.fromEnvironment().scan()) {
 *     System.out.printf("%,15d bytes  %s%n", cached.bytes(), cached.repo().id());
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param repo the repository
 * @param folder its folder in the cache
 * @param revisions its commits of which something is here, in alphabetical order
 * @param bytes how many bytes the folder takes, each counted once, unfinished downloads included
 * @param unfinishedBytes how many of them belong to downloads that are under way or were interrupted
 * @since 0.1
 */
public record CachedRepo(RepoId repo, Path folder, List<CachedRevision> revisions, long bytes, long unfinishedBytes) {

    /** Copies the list. */
    public CachedRepo {
        HubException.requirePresent(repo, "repo");
        HubException.requirePresent(folder, "folder");
        revisions = List.copyOf(HubException.requirePresent(revisions, "revisions"));
    }
}
