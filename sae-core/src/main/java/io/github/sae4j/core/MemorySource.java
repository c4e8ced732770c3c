package io.github.sae4j.core;

import java.util.List;
import java.util.Optional;

/** The source of an SAE that was built from arrays. */
enum MemorySource implements SaeSource {
    INSTANCE;

    @Override
    public String description() {
        return "memory";
    }

    @Override
    public Optional<String> repository() {
        return Optional.empty();
    }

    @Override
    public Optional<String> commit() {
        return Optional.empty();
    }

    @Override
    public List<String> files() {
        return List.of();
    }

    @Override
    public String sha256() {
        throw new SaeException("This SAE was built in memory: there is no weights file to take a SHA-256 of.");
    }
}
