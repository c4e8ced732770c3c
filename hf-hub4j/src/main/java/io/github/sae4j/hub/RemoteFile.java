package io.github.sae4j.hub;

/**
 * What the hub says of a file that need not be in the cache.
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
