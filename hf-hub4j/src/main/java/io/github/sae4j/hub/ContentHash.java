package io.github.sae4j.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The hash that an ETag of the hub is: SHA-256 of the bytes (64 digits), or Git's SHA-1 of them with a header before
 * (40 digits). Other ETags are no hash that is known.
 */
final class ContentHash {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern GIT_SHA1 = Pattern.compile("[0-9a-f]{40}");
    private static final int CHUNK = 1 << 17;

    private final String expected;
    private final @Nullable MessageDigest digest;
    private final long size;

    private ContentHash(String expected, @Nullable MessageDigest digest, long size) {
        this.expected = expected;
        this.digest = digest;
        this.size = size;
        restart();
    }

    /**
     * Returns a hash of no bytes yet.
     *
     * @param etag the ETag, without quotes
     * @param size how many bytes there will be
     */
    static ContentHash of(String etag, long size) {
        if (SHA256.matcher(etag).matches()) {
            return new ContentHash(etag, digest("SHA-256"), size);
        }
        return new ContentHash(etag, GIT_SHA1.matcher(etag).matches() ? digest("SHA-1") : null, size);
    }

    /** Returns whether the ETag is a hash, so that the bytes can be checked. */
    boolean isKnown() {
        return digest != null;
    }

    /** Forgets all bytes. */
    void restart() {
        if (digest != null) {
            digest.reset();
            if (expected.length() == 40) {
                digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    /** Takes the buffer's remaining bytes in, without moving its position. */
    void update(ByteBuffer bytes) {
        if (digest != null) {
            digest.update(bytes.duplicate());
        }
    }

    /** Takes a file's bytes in. */
    void update(Path file) throws IOException {
        if (digest == null) {
            return;
        }
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        try (ReadableByteChannel channel = Files.newByteChannel(file)) {
            while (channel.read(chunk) >= 0) {
                digest.update(chunk.flip());
                chunk.clear();
            }
        }
    }

    /** Returns null if the bytes are right or cannot be checked, else the hash that they have; then begins anew. */
    @Nullable
    String mismatch() {
        if (digest == null) {
            return null;
        }
        String found = HexFormat.of().formatHex(digest.digest());
        restart();
        return found.equals(expected) ? null : found;
    }

    /** Returns null if a file has the bytes that an ETag says, or cannot be checked, else the hash that it has. */
    static @Nullable String mismatch(Path file, String etag) throws IOException {
        ContentHash hash = of(etag, Files.size(file));
        hash.update(file);
        return hash.mismatch();
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }
}
