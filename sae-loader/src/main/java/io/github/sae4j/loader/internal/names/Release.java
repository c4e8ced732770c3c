package io.github.sae4j.loader.internal.names;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A release whose SAEs are read when somebody asks for them. */
public final class Release {

    private final String name;
    private final String repository;
    private final @Nullable String format;
    private final @Nullable String model;
    private final JsonObject overrides;
    private final Supplier<List<KnownSae>> reader;
    private @Nullable List<KnownSae> saes;

    Release(
            String name,
            String repository,
            @Nullable String format,
            @Nullable String model,
            JsonObject overrides,
            Supplier<List<KnownSae>> reader) {
        this.name = name;
        this.repository = repository;
        this.format = format;
        this.model = model;
        this.overrides = overrides;
        this.reader = reader;
    }

    /** Returns its name. */
    public String name() {
        return name;
    }

    /** Returns where its SAEs lie, {@code owner/name}. */
    public String repository() {
        return repository;
    }

    /** Returns the layout of their files, or null to recognise it from them. */
    public @Nullable String format() {
        return format;
    }

    /** Returns the language model whose activations they take, or null. */
    public @Nullable String model() {
        return model;
    }

    /** Returns the configuration's fields that are known better than the files say. */
    JsonObject overrides() {
        return overrides;
    }

    /** Returns its SAEs. */
    public synchronized List<KnownSae> saes() {
        if (saes == null) {
            saes = List.copyOf(reader.get());
        }
        return saes;
    }

    Optional<KnownSae> sae(String id) {
        return saes().stream().filter(sae -> sae.id().equals(id)).findFirst();
    }
}
