package io.github.sae4j.loader;

import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.hub.HubConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The SAEs that lie beside one: those that activations may be for that do not fit it.
 *
 * <p>What is returned opens each by its name, or gives nothing if that cannot be opened; whoever opens one closes it.
 *
 * <pre>{@code
 * FitCheck check = FitCheck.on(Sample.of(reader), sae, SaesBeside.inFolders(folder));
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class SaesBeside {

    private SaesBeside() {}

    /**
     * Returns what opens the SAEs in the folders next to one, in the order of their names.
     *
     * @param folder the folder of an SAE on this machine
     * @return by the folders' names; none where the folder around it cannot be read
     * @throws NullPointerException if {@code folder} is null
     */
    public static Map<String, Supplier<Optional<SparseAutoencoder>>> inFolders(Path folder) {
        Map<String, Supplier<Optional<SparseAutoencoder>>> openings = new LinkedHashMap<>();
        for (Path other : foldersBeside(
                SAE.requirePresent(folder, "folder").toAbsolutePath().normalize())) {
            openings.put(String.valueOf(other.getFileName()), () -> opened(SAE.from(other)));
        }
        return Collections.unmodifiableMap(openings);
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

    /**
     * Returns what opens the SAEs that are known to be published in the same repository as one and are in the cache, those of the same
     * commit. The network is not used.
     *
     * @param sae the SAE; none lies beside one that did not come from a hub
     * @param hub where the cache is
     * @return by the names that {@link SAE#from(String)} takes
     * @throws NullPointerException if an argument is null
     * @throws SaeLoadException if the user's file of releases cannot be read
     */
    public static Map<String, Supplier<Optional<SparseAutoencoder>>> inCache(SparseAutoencoder sae, HubConfig hub) {
        Optional<String> repository = SAE.requirePresent(sae, "sae").source().repository();
        HubConfig offline =
                SAE.requirePresent(hub, "hub").toBuilder().offline(true).build();
        if (repository.isEmpty()) {
            return Map.of();
        }
        Optional<String> commit = sae.source().commit();
        Map<String, Supplier<Optional<SparseAutoencoder>>> openings = new LinkedHashMap<>();
        SAE.releases().stream()
                .flatMap(release -> release.saes().stream())
                .filter(other -> other.repository().equals(repository.get()) && !isAt(sae, other.folder()))
                .map(PublishedSae::name)
                .forEach(name -> openings.put(name, () -> {
                    HubSaeLoader loader = SAE.from(name).hub(offline);
                    commit.ifPresent(loader::revision);
                    return opened(loader);
                }));
        return Collections.unmodifiableMap(openings);
    }

    private static boolean isAt(SparseAutoencoder sae, String place) {
        return sae.source().files().stream()
                .anyMatch(file -> file.equals(place) || file.startsWith(place + "/") || place.isEmpty());
    }

    private static Optional<SparseAutoencoder> opened(SaeLoader loader) {
        try {
            return Optional.of(loader.open());
        } catch (SaeLoadException | SaeException e) {
            return Optional.empty();
        }
    }
}
