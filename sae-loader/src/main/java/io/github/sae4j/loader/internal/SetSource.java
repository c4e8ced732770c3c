package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The source of a set of layers. Its SHA-256 is that of a line for each weights file, {@code <SHA-256>  <name>}, in the order
 * of {@link #files()}.
 */
public final class SetSource implements SaeSource {

    private final SaeFolder place;
    private final SaeSource names;
    private final Supplier<List<Path>> weights;
    private @Nullable String sha256;

    /**
     * Creates a source.
     *
     * @param files the files that there are, relative to the repository or to the folder of this machine
     * @param weights fetches the weights files where they are not on this machine yet
     */
    public SetSource(SaeFolder place, List<String> files, Supplier<List<Path>> weights) {
        this.place = place;
        this.names = place.source(Path.of(""), files);
        this.weights = weights;
    }

    @Override
    public String description() {
        return names.description();
    }

    @Override
    public Optional<String> repository() {
        return names.repository();
    }

    @Override
    public Optional<String> commit() {
        return names.commit();
    }

    @Override
    public List<String> files() {
        return names.files();
    }

    @Override
    public synchronized String sha256() {
        if (sha256 == null) {
            StringBuilder lines = new StringBuilder();
            for (Path file : weights.get()) {
                lines.append(place.source(file, List.of()).sha256())
                        .append("  ")
                        .append(file.getFileName())
                        .append('\n');
            }
            try {
                sha256 = HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256")
                                .digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
            } catch (NoSuchAlgorithmException e) {
                throw new AssertionError("every Java platform has SHA-256", e);
            }
        }
        return sha256;
    }

    @Override
    public String toString() {
        return description();
    }
}
