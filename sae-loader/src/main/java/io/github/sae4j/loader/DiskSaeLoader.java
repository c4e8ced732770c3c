package io.github.sae4j.loader;

import io.github.sae4j.loader.internal.DiskFolder;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.names.Registry;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** How to open an SAE in a folder of this machine. */
final class DiskSaeLoader extends SaeLoader {

    private final Path folder;

    DiskSaeLoader(Path folder) {
        this.folder = folder;
    }

    @Override
    SaeFolder files() {
        return DiskFolder.of(folder);
    }

    @Override
    Registry.@Nullable Facts facts() {
        return null;
    }
}
