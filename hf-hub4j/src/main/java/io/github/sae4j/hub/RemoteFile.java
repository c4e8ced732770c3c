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
 * @param file its name in the repository, with {@code /}
 * @param commit the commit that was asked for or that the revision stands for, 40 hexadecimal digits
 * @param size its size in bytes
 * @since 0.1
 */
public record RemoteFile(String file, String commit, long size) {

    /** Checks that nothing is missing. */
    public RemoteFile {
        HubException.requirePresent(file, "file");
        HubException.requirePresent(commit, "commit");
    }
}
