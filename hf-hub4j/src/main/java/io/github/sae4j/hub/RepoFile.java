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
 * @since 0.1
 */
public final class RepoFile {

    private final String path;
    private final long size;
    private final String oid;
    private final Optional<String> sha256;

    RepoFile(String path, long size, String oid, Optional<String> sha256) {
        this.path = path;
        this.size = size;
        this.oid = oid;
        this.sha256 = sha256;
    }

    /** Returns its name in the repository, with {@code /}. */
    public String path() {
        return path;
    }

    /** Returns its size in bytes. */
    public long size() {
        return size;
    }

    /** Returns Git's hash of what Git stores, 40 hexadecimal digits: of the file, or of the pointer to a large one. */
    public String oid() {
        return oid;
    }

    /** Returns the SHA-256 of a large file (LFS), 64 hexadecimal digits; empty for a file that Git stores itself. */
    public Optional<String> sha256() {
        return sha256;
    }

    /** Returns the name that the cache gives the file's bytes: the SHA-256 of a large file, else Git's hash. */
    public String etag() {
        return sha256.orElse(oid);
    }
}
