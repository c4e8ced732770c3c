package io.github.sae4j.hub;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the hub says a file is.
 *
 * @param commit the commit that the revision stands for, 40 hexadecimal digits
 * @param etag the name of the bytes, without quotes: the SHA-256 or Git's SHA-1 of them, or something else
 * @param size the number of bytes
 * @param source where they can be fetched from; its query may be a signature, which is a secret
 * @param xet whether the hub keeps them in its Xet storage, which also hands them out by plain HTTP
 */
record FileMetadata(String commit, String etag, long size, URI source, boolean xet) {

    private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_=+-](?:[A-Za-z0-9._=+-]{0,126}[A-Za-z0-9_=+-])?");

    /** Returns whether two answers speak of the same bytes. */
    boolean sameBytes(FileMetadata other) {
        return etag.equals(other.etag) && size == other.size;
    }

    /**
     * Returns an ETag without {@code W/} and quotes, or null if it cannot be the name of a blob. A blob is a file in the
     * cache: what could be a path, or what Windows would change, is none.
     */
    static @Nullable String normalizedEtag(String header) {
        String etag = header.strip();
        if (etag.startsWith("W/")) {
            etag = etag.substring(2);
        }
        if (etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")) {
            etag = etag.substring(1, etag.length() - 1);
        }
        return ETAG.matcher(etag).matches() ? etag : null;
    }

    @Override
    public String toString() {
        return "FileMetadata[commit=" + commit + ", etag=" + etag + ", size=" + size + ", source="
                + Redaction.address(source) + "]";
    }
}
