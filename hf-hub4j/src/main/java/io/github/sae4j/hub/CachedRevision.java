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
 * @param commit 40 hexadecimal digits
 * @param refs the branches, tags and references that stand for it, in alphabetical order
 * @param files the names of the files that are here, in alphabetical order
 * @param bytes the sum of these files' sizes; bytes that several commits share count for each
 * @since 0.1
 */
public record CachedRevision(String commit, List<String> refs, List<String> files, long bytes) {

    /** Copies the lists. */
    public CachedRevision {
        HubException.requirePresent(commit, "commit");
        refs = List.copyOf(HubException.requirePresent(refs, "refs"));
        files = List.copyOf(HubException.requirePresent(files, "files"));
    }
}
