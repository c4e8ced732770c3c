package io.github.sae4j.cli.internal;

import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The SAEs that lie beside one: in the folders next to its own, or published in the same repository and in the cache.
 *
 * @param sae the one
 * @param options how it is fetched and opened
 * @param terminal shows progress
 */
record SaesBeside(OpenSae sae, SaeOptions options, Terminal terminal) {

    /** Returns what opens each, by name; one that does not fit, cannot be opened or is not in the cache is none. */
    Map<String, Supplier<Optional<SparseAutoencoder>>> openings() {
        Map<String, Supplier<Optional<SparseAutoencoder>>> openings = new LinkedHashMap<>();
        Path folder = OpenSae.folder(sae.name());
        if (folder != null) {
            for (Path other : foldersBeside(folder.toAbsolutePath().normalize())) {
                openings.put(String.valueOf(other.getFileName()), () -> open(SAE.from(other)));
            }
            return openings;
        }
        String repository = sae.sae().source().repository().orElse(null);
        SAE.releases().stream()
                .flatMap(release -> release.saes().stream())
                .filter(other -> other.repository().equals(repository) && !isItself(other.folder()))
                .map(PublishedSae::name)
                .forEach(name -> openings.put(name, () -> cached(name)));
        return openings;
    }

    private Optional<SparseAutoencoder> cached(String name) {
        try (DownloadProgress progress = new DownloadProgress(terminal)) {
            return open(options.hub().applyOffline(SAE.from(name), progress));
        }
    }

    private boolean isItself(String place) {
        return sae.sae().source().files().stream()
                .anyMatch(file -> file.equals(place) || file.startsWith(place + "/") || place.isEmpty());
    }

    private static List<Path> foldersBeside(Path folder) {
        Path parent = folder.getParent();
        if (parent == null) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.filter(other -> !other.equals(folder) && Files.isRegularFile(other.resolve("cfg.json")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private Optional<SparseAutoencoder> open(SaeLoader loader) {
        SparseAutoencoder other;
        try {
            other = loader.open();
        } catch (SaeLoadException | SaeException | HubException e) {
            return Optional.empty();
        }
        boolean comparable = other.config().dIn() == sae.sae().config().dIn()
                && other.capabilities().has(SaeCapability.DECODE)
                && !other.config().isTranscoder()
                && other.capabilities().has(SaeCapability.ENCODE_TOKENS);
        if (comparable) {
            return Optional.of(other);
        }
        other.close();
        return Optional.empty();
    }
}
