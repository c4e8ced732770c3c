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
 * @since 0.1
 */
public final class CachedRepo {

    private final RepoId repo;
    private final Path folder;
    private final List<CachedRevision> revisions;
    private final long bytes;
    private final long unfinishedBytes;

    CachedRepo(RepoId repo, Path folder, List<CachedRevision> revisions, long bytes, long unfinishedBytes) {
        this.repo = repo;
        this.folder = folder;
        this.revisions = List.copyOf(revisions);
        this.bytes = bytes;
        this.unfinishedBytes = unfinishedBytes;
    }

    /** Returns the repository. */
    public RepoId repo() {
        return repo;
    }

    /** Returns its folder in the cache. */
    public Path folder() {
        return folder;
    }

    /** Returns its commits of which something is here, in alphabetical order. */
    public List<CachedRevision> revisions() {
        return revisions;
    }

    /** Returns how many bytes the folder takes, each counted once, unfinished downloads included. */
    public long bytes() {
        return bytes;
    }

    /** Returns how many of them belong to downloads that are under way or were interrupted. */
    public long unfinishedBytes() {
        return unfinishedBytes;
    }
}
