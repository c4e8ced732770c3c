package io.github.sae4j.hub;

/**
 * What hashing a cached file again came to.
 *
 * <pre>{@code
 * for (FileCheck check : hub.cache().verify(repo, "main")) {
 *     if (check.result() == FileCheck.Result.DAMAGED) {
 *         CachedFile damaged = check.file();
 *         hub.download(repo, damaged.commit(), damaged.file(), hub.options().withForce(true));
 *     }
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class FileCheck {

    private final CachedFile file;
    private final Result result;

    FileCheck(CachedFile file, Result result) {
        this.file = file;
        this.result = result;
    }

    /** Returns the file. */
    public CachedFile file() {
        return file;
    }

    /** Returns whether it is right. */
    public Result result() {
        return result;
    }

    /**
     * Whether a file is right. Immutable, and so safe for use by several threads.
     *
     * @since 0.1
     */
    public enum Result {
        /** The bytes have the hash that the hub announced. */
        RIGHT,
        /** The bytes have another hash: fetch the file again, with force. */
        DAMAGED,
        /** The cache does not say which hash the bytes should have. */
        UNKNOWN
    }
}
