package io.github.sae4j.loader.internal.names;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeRelease;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A release whose SAEs are read when somebody asks for them. */
final class Release {

    private final String name;
    private final String repository;
    private final @Nullable String format;
    private final @Nullable String model;
    private final JsonObject overrides;
    private final Supplier<List<PublishedSae>> reader;
    private @Nullable List<PublishedSae> saes;

    Release(
            String name,
            String repository,
            @Nullable String format,
            @Nullable String model,
            JsonObject overrides,
            Supplier<List<PublishedSae>> reader) {
        this.name = name;
        this.repository = repository;
        this.format = format;
        this.model = model;
        this.overrides = overrides;
        this.reader = reader;
    }

    String name() {
        return name;
    }

    String repository() {
        return repository;
    }

    @Nullable
    String format() {
        return format;
    }

    @Nullable
    String model() {
        return model;
    }

    /** Returns the configuration's fields that are known better than the files say. */
    JsonObject overrides() {
        return overrides;
    }

    synchronized List<PublishedSae> saes() {
        if (saes == null) {
            saes = List.copyOf(reader.get());
        }
        return saes;
    }

    Optional<PublishedSae> sae(String id) {
        return saes().stream().filter(sae -> sae.id().equals(id)).findFirst();
    }

    SaeRelease published() {
        return new SaeRelease(name, repository, Optional.ofNullable(format), Optional.ofNullable(model), saes());
    }
}
