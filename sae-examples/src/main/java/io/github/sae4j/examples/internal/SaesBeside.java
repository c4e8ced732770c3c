package io.github.sae4j.examples.internal;

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

    private static final int MOST = 64;

    /** Opens those that read and reconstruct the same number of dimensions; the caller closes each. */
    Map<String, SparseAutoencoder> open() {
        Map<String, SparseAutoencoder> opened = new LinkedHashMap<>();
        try (DownloadProgress progress = new DownloadProgress(terminal)) {
            candidates(progress).forEach((name, loader) -> {
                if (opened.size() < MOST) {
                    add(name, loader, opened);
                }
            });
        }
        return opened;
    }

    private Map<String, Supplier<SaeLoader>> candidates(DownloadProgress progress) {
        Map<String, Supplier<SaeLoader>> candidates = new LinkedHashMap<>();
        Path folder = OpenSae.folder(sae.name());
        if (folder != null) {
            for (Path other : foldersBeside(folder.toAbsolutePath().normalize())) {
                candidates.put(String.valueOf(other.getFileName()), () -> SAE.load(other));
            }
            return candidates;
        }
        String repository = sae.sae().source().repository().orElse(null);
        SAE.releases().stream()
                .flatMap(release -> release.saes().stream())
                .filter(other -> other.repository().equals(repository))
                .filter(other -> !isItself(other.folder()))
                .map(PublishedSae::name)
                .forEach(name -> candidates.put(
                        name,
                        () -> options.hub().apply(SAE.load(name), progress).offline(true)));
        return candidates;
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

    /** One that cannot be opened, or is not in the cache, is not tried. */
    private void add(String name, Supplier<SaeLoader> loader, Map<String, SparseAutoencoder> opened) {
        SparseAutoencoder other;
        try {
            other = loader.get().open();
        } catch (SaeLoadException | SaeException | HubException e) {
            return;
        }
        boolean comparable = other.config().dIn() == sae.sae().config().dIn()
                && other.canDecode()
                && !other.config().isTranscoder()
                && !other.takesSequences();
        if (comparable) {
            opened.put(name, other);
        } else {
            other.close();
        }
    }
}
