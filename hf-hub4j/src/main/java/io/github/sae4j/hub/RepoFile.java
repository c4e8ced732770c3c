package io.github.sae4j.hub;

import java.util.Optional;

/**
 * A file as the hub lists it.
 *
 * <pre>{@code
 * long bytes = hub.list(repo, "main").stream()
 *         .filter(file -> file.path().startsWith("layer_19/"))
 *         .mapToLong(RepoFile::size)
 *         .sum();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param path its name in the repository, with {@code /}
 * @param size its size in bytes
 * @param oid Git's hash of what Git stores, 40 hexadecimal digits: of the file, or of the pointer to a large one
 * @param sha256 the SHA-256 of a large file (LFS), 64 hexadecimal digits; empty for a file that Git stores itself
 * @since 0.1
 */
public record RepoFile(String path, long size, String oid, Optional<String> sha256) {

    /** Checks that nothing is missing. */
    public RepoFile {
        HubException.requirePresent(path, "path");
        HubException.requirePresent(oid, "oid");
        HubException.requirePresent(sha256, "sha256");
    }

    /** Returns the name that the cache gives the file's bytes: the SHA-256 of a large file, else Git's hash. */
    public String etag() {
        return sha256.orElse(oid);
    }
}
