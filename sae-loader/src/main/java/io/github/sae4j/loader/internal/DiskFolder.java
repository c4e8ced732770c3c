package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A place on this machine where an SAE's files are. */
public final class DiskFolder implements SaeFolder {

    /** As the user wrote it. */
    private final Path path;

    private DiskFolder(Path path) {
        this.path = path;
    }

    /**
     * Returns the files of an SAE.
     *
     * @param path the folder, or the only file, or what files beside it are called after
     * @throws SaeLoadException if it is not there, nor the folder that it would be in
     */
    public static DiskFolder of(Path path) {
        @Nullable Path parent = path.toAbsolutePath().getParent();
        if (!Files.exists(path) && (parent == null || !Files.isDirectory(parent))) {
            throw new SaeLoadException(Reason.NOT_FOUND, "There is no folder " + path.toAbsolutePath() + ".");
        }
        return new DiskFolder(path);
    }

    @Override
    public String label() {
        return path.toString();
    }

    @Override
    public String name() {
        return name(path.toAbsolutePath().normalize());
    }

    @Override
    public String path() {
        return path.toAbsolutePath()
                .normalize()
                .toString()
                .replace(path.getFileSystem().getSeparator(), "/");
    }

    @Override
    public Optional<String> repository() {
        return Optional.empty();
    }

    @Override
    public SaeFolder parent() {
        @Nullable Path parent = path.toAbsolutePath().normalize().getParent();
        return parent == null ? this : new DiskFolder(parent);
    }

    @Override
    public Optional<Path> find(String file) {
        return has(file) ? Optional.of(path.resolve(file)) : Optional.empty();
    }

    @Override
    public Optional<Path> findExtra(String file) {
        return find(file);
    }

    @Override
    public SaeFolder headersOnly() {
        return this;
    }

    @Override
    public Optional<PublishedBytes> remote(String file) {
        return Optional.empty();
    }

    @Override
    public boolean has(String file) {
        return Files.isRegularFile(path.resolve(file));
    }

    @Override
    public List<String> files() {
        return entries(path).stream()
                .filter(Files::isRegularFile)
                .map(DiskFolder::name)
                .toList();
    }

    @Override
    public SaeLoadException unrecognised(Collection<String> markers, String lacking) {
        if (!Files.exists(path)) {
            return new SaeLoadException(Reason.NOT_FOUND, "There is no folder " + path.toAbsolutePath() + ".");
        }
        if (Files.isRegularFile(path)) {
            return new SaeLoadException(
                    Reason.NOT_RECOGNISED,
                    path + " is a file, and not one that is an SAE by itself. Give the folder that holds it: "
                            + path.toAbsolutePath().getParent() + ".");
        }
        List<Path> entries = entries(path);
        List<String> saes = entries.stream()
                .filter(entry -> markers.stream().anyMatch(file -> Files.exists(entry.resolve(file))))
                .map(DiskFolder::name)
                .toList();
        String nothing = path.toAbsolutePath() + " holds no SAE that is recognised. ";
        if (!saes.isEmpty()) {
            return new SaeLoadException(
                    Reason.NOT_RECOGNISED,
                    nothing + "These folders in it may: " + Listing.of(saes) + ". Give one of them.");
        }
        List<String> names = entries.stream().map(DiskFolder::name).toList();
        return new SaeLoadException(
                Reason.NOT_RECOGNISED,
                nothing + (names.isEmpty() ? "It is empty." : "It holds: " + Listing.of(names) + "." + lacking));
    }

    @Override
    public SaeSource source(WeightsState weights, List<String> files, OpenedWith settings) {
        return new FileSource(path.toString(), null, null, files, settings, weights);
    }

    @Override
    public String fullName(String file) {
        return file;
    }

    @Override
    public Path location() {
        return path;
    }

    private static List<Path> entries(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw Unreadable.because(folder, e);
        }
    }

    private static String name(Path entry) {
        return entry.getFileName() == null ? "" : entry.getFileName().toString();
    }
}
