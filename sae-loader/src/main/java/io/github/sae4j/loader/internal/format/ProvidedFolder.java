package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.format.FormatFolder;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.Objects;
import java.util.Optional;

/** A place as formats of others see it before one of them reads it. */
record ProvidedFolder(SaeFolder place) implements FormatFolder {

    @Override
    public String name() {
        return place.name();
    }

    @Override
    public Optional<String> repository() {
        return place.repository();
    }

    @Override
    public boolean has(String file) {
        return place.has(Objects.requireNonNull(file, "file"));
    }

    @Override
    public Optional<String> text(String file) {
        return place.find(Objects.requireNonNull(file, "file")).map(Reading::text);
    }
}
