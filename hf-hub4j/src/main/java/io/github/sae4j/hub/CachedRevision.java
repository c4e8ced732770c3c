package io.github.sae4j.hub;

import java.util.List;

/**
 * What the cache has of one commit.
 *
 * <p>A commit that no branch or tag stands for need not be superfluous: one that was asked for by its digits has no name
 * either, so {@link HubCache#delete} is given commits that somebody has looked at.
 *
 * <pre>{@code
 * for (CachedRepo cached : hub.cache().scan()) {
 *     for (CachedRevision revision : cached.revisions()) {
 *         System.out.printf("%s %s %s: %d files, %,d bytes%n",
 *                 cached.repo().id(), revision.commit(), revision.refs(), revision.files().size(), revision.bytes());
 *     }
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class CachedRevision {

    private final String commit;
    private final List<String> refs;
    private final List<String> files;
    private final long bytes;

    CachedRevision(String commit, List<String> refs, List<String> files, long bytes) {
        this.commit = commit;
        this.refs = List.copyOf(refs);
        this.files = List.copyOf(files);
        this.bytes = bytes;
    }

    /** Returns the commit, 40 hexadecimal digits. */
    public String commit() {
        return commit;
    }

    /** Returns the branches, tags and references that stand for it, in alphabetical order. */
    public List<String> refs() {
        return refs;
    }

    /** Returns the names of the files that are here, in alphabetical order. */
    public List<String> files() {
        return files;
    }

    /** Returns the sum of these files' sizes; bytes that several commits share count for each. */
    public long bytes() {
        return bytes;
    }
}
