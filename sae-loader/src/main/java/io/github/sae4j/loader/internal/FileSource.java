package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The source of an SAE that was read from files. */
final class FileSource implements SaeSource {

    private final String description;
    private final @Nullable String repository;
    private final @Nullable String commit;
    private final List<String> files;
    private final OpenedWith settings;
    private final WeightsState weights;
    private @Nullable String sha256;

    FileSource(
            String description,
            @Nullable String repository,
            @Nullable String commit,
            List<String> files,
            OpenedWith settings,
            WeightsState weights) {
        this.description = description;
        this.repository = repository;
        this.commit = commit;
        this.files = List.copyOf(files);
        this.settings = settings;
        this.weights = weights;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public Optional<String> repository() {
        return Optional.ofNullable(repository);
    }

    @Override
    public Optional<String> commit() {
        return Optional.ofNullable(commit);
    }

    @Override
    public List<String> files() {
        return files;
    }

    @Override
    public List<String> allowedUnknown() {
        return settings.allowedUnknown();
    }

    @Override
    public Optional<String> format() {
        return settings.format();
    }

    @Override
    public List<Double> normScalingFactors() {
        return settings.normScalingFactors();
    }

    @Override
    public SortedMap<String, String> overrides() {
        return settings.overrides();
    }

    @Override
    public synchronized Optional<String> sha256() {
        if (sha256 == null) {
            sha256 = weights.sha256();
        }
        return Optional.of(sha256);
    }

    @Override
    public void requireUnchanged() {
        weights.requireUnchanged();
    }

    @Override
    public String toString() {
        return description;
    }
}
