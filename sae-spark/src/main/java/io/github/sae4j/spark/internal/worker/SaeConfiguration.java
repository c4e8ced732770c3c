package io.github.sae4j.spark.internal.worker;

import io.github.sae4j.core.SaeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/** What says how an SAE computes, beside its weights: the files that configure it, and what a machine's registry adds. */
final class SaeConfiguration {

    private static final Pattern FILE = Pattern.compile(".*\\.(json|ya?ml|txt)");

    private SaeConfiguration() {}

    /**
     * Returns a SHA-256, in hexadecimal, that is the same wherever the same is said.
     *
     * @param folder of its files; empty for a commit of a repository, whose files are the same everywhere
     */
    static String sha256(SaeSource source, Optional<Path> folder) {
        MessageDigest digest = digest();
        add(digest, source.overrides().toString());
        add(digest, source.normScalingFactors().toString());
        if (folder.isPresent()) {
            source.files().stream()
                    .sorted()
                    .filter(name -> FILE.matcher(name).matches())
                    .forEach(name -> {
                        add(digest, name);
                        digest.update(contents(folder.get().resolve(name)));
                    });
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static byte[] contents(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    private static void add(MessageDigest digest, String text) {
        digest.update((text + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Java has no SHA-256.", e);
        }
    }
}
