package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The source of a set of layers, whose SHA-256 is taken of a part of its weights: to read all would take minutes. */
public final class SetSource implements SaeSource {

    private final SaeSource names;
    private final Supplier<String> digest;
    private @Nullable String sha256;

    /**
     * Creates a source.
     *
     * @param files the files that there are, relative to the repository or to the folder of this machine
     * @param allowedUnknown the names of tensors and fields that nothing understood and that the user let through
     * @param digest takes the SHA-256
     */
    public SetSource(SaeFolder place, List<String> files, List<String> allowedUnknown, Supplier<String> digest) {
        this.names = place.source(
                WeightsState.of(Path.of(""), KeptHashes.none()), files, OpenedWith.allowing(allowedUnknown));
        this.digest = digest;
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
    public List<String> allowedUnknown() {
        return names.allowedUnknown();
    }

    @Override
    public synchronized Optional<String> sha256() {
        if (sha256 == null) {
            sha256 = digest.get();
        }
        return Optional.of(sha256);
    }

    @Override
    public String toString() {
        return description();
    }
}
