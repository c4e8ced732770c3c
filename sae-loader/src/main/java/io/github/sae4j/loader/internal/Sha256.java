package io.github.sae4j.loader.internal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A SHA-256 that is being computed. */
public final class Sha256 {

    private final MessageDigest digest;

    /** Begins with nothing. */
    public Sha256() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** Adds the bytes that remain in a buffer. */
    public void update(ByteBuffer bytes) {
        digest.update(bytes);
    }

    /** Returns that of all bytes so far in 64 hexadecimal digits, and begins again. */
    public String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
