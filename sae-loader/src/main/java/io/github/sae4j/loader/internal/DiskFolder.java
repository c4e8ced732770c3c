package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.loader.SaeLoadException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The files of an SAE in a folder of this machine. */
public final class DiskFolder implements SaeFolder {

    private final Path folder;

    private DiskFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the files in a folder.
     *
     * @throws SaeLoadException if there is no such folder
     */
    public static DiskFolder of(Path folder) {
        if (Files.isRegularFile(folder)) {
            throw new SaeLoadException(folder + " is a file. Give the folder that holds it: "
                    + folder.toAbsolutePath().getParent() + ".");
        }
        if (!Files.isDirectory(folder)) {
            throw new SaeLoadException("There is no folder " + folder.toAbsolutePath() + ".");
        }
        return new DiskFolder(folder);
    }

    @Override
    public String label() {
        return folder.toString();
    }

    @Override
    public Optional<Path> find(String file) {
        return has(file) ? Optional.of(folder.resolve(file)) : Optional.empty();
    }

    @Override
    public Optional<Path> findExtra(String file) {
        return find(file);
    }

    @Override
    public boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    @Override
    public SaeLoadException missing(String file) {
        List<String> names;
        List<String> saes;
        try (Stream<Path> entries = Files.list(folder)) {
            List<Path> sorted = entries.sorted().toList();
            names = sorted.stream().map(DiskFolder::name).toList();
            saes = sorted.stream()
                    .filter(entry -> Files.exists(entry.resolve(file)))
                    .map(DiskFolder::name)
                    .toList();
        } catch (IOException e) {
            return Unreadable.because(folder, e);
        }
        String lacking = folder.toAbsolutePath() + " holds no " + file + ". ";
        if (!saes.isEmpty()) {
            return new SaeLoadException(
                    lacking + "These folders in it do: " + Listing.of(saes) + ". Give one of them.");
        }
        return new SaeLoadException(
                lacking + (names.isEmpty() ? "It is empty." : "It holds: " + Listing.of(names) + "."));
    }

    @Override
    public SaeSource source(Path weights, List<String> files) {
        return new FileSource(folder.toString(), null, null, files, weights.toAbsolutePath());
    }

    private static String name(Path entry) {
        return String.valueOf(entry.getFileName());
    }
}
