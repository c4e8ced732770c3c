package io.github.sae4j.hub;

import java.util.List;

/**
 * What the cache has of one commit.
 *
 * <p>This deletes the commits that no branch or tag stands for, also those that were asked for as commits:
 *
 * <pre>{@code
 * HubCache cache = hub.cache();
 * for (CachedRepo cached : cache.scan()) {
 *     for (CachedRevision revision : cached.revisions()) {
 *         if (revision.refs().isEmpty()) {
 *             cache.delete(cached.repo(), List.of(revision.commit()));
 *         }
 *     }
 * }
 * }</pre>
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
