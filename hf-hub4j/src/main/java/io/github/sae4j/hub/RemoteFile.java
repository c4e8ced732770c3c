package io.github.sae4j.hub;

/**
 * What the hub says of a file that need not be in the cache.
 *
 * <p>An archive's directory is at its end, which can be read without the rest:
 *
 * <pre>{@code
 * RemoteFile archive = hub.lookUp(repo, "main", "layer_19/params.npz");
 * byte[] end = hub.read(repo, archive.commit(), archive.file(), Math.max(0, archive.size() - 1024), 1024);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class RemoteFile {

    private final String file;
    private final String commit;
    private final long size;

    RemoteFile(String file, String commit, long size) {
        this.file = file;
        this.commit = commit;
        this.size = size;
    }

    /** Returns its name in the repository, with {@code /}. */
    public String file() {
        return file;
    }

    /** Returns the commit that was asked for or that the revision stands for, 40 hexadecimal digits. */
    public String commit() {
        return commit;
    }

    /** Returns its size in bytes. */
    public long size() {
        return size;
    }
}
