package io.github.sae4j.safetensors.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** A folder that is filled under a temporary name and takes its target's name when it is whole. */
public final class StagedFolder implements AutoCloseable {

    private static final String PREFIX = ".staged-";

    private final Path path;
    private boolean done;

    private StagedFolder(Path path) {
        this.path = path;
    }

    /**
     * Creates the temporary folder, empty.
     *
     * @param parent the folder to create it in, of the same file system as the target
     * @throws IOException if it cannot be created
     */
    public static StagedFolder in(Path parent) throws IOException {
        return new StagedFolder(Files.createDirectory(parent.resolve(temporaryName())));
    }

    private static String temporaryName() {
        return String.format(PREFIX + "%016x.tmp", ThreadLocalRandom.current().nextLong());
    }

    /**
     * Deletes the temporary folders that processes have left that were killed. Nobody else may be filling one there.
     *
     * @throws IOException if the system refuses
     */
    public static void deleteLeftIn(Path parent) throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(parent, PREFIX + "*.tmp")) {
            for (Path folder : left) {
                delete(folder);
            }
        }
    }

    /** Returns where the folder is until it has the target's name. */
    public Path path() {
        return path;
    }

    /**
     * Gives the folder a name that is free, or that an empty folder has.
     *
     * @throws java.nio.file.DirectoryNotEmptyException if a folder with something in it has that name
     * @throws IOException if a file has that name, the folder was closed, or the system refuses
     */
    public void moveTo(Path target) throws IOException {
        requireOpen();
        boolean replaces = Files.isDirectory(target);
        if (replaces) {
            // Windows renames no folder onto another, be it empty.
            Files.delete(target);
        }
        try {
            Files.move(path, target);
        } catch (IOException e) {
            if (replaces) {
                try {
                    Files.createDirectory(target);
                } catch (IOException again) {
                    e.addSuppressed(again);
                }
            }
            throw e;
        }
        done = true;
    }

    /**
     * Gives the folder a name. A folder that has that name is set aside first, and deleted with all its files last.
     *
     * @throws IOException if the folder was closed, or the system refuses
     */
    public void replace(Path target) throws IOException {
        requireOpen();
        if (!Files.exists(target)) {
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            return;
        }
        Path before = path.resolveSibling(temporaryName());
        Files.move(target, before, StandardCopyOption.ATOMIC_MOVE);
        try {
            Files.move(path, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            try {
                Files.move(before, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException again) {
                again.addSuppressed(e);
                throw new IOException("what was there lies in " + before + " now", again);
            }
            throw e;
        }
        done = true;
        try {
            delete(before);
        } catch (IOException e) {
            throw new IOException("it is in place, but what it replaced cannot be deleted from " + before, e);
        }
    }

    private void requireOpen() throws IOException {
        if (done) {
            throw new IOException("it was given up");
        }
    }

    /**
     * Deletes the temporary folder with all its files, unless it has its target's name. A second call does nothing.
     *
     * @throws IOException if the system refuses
     */
    @Override
    public void close() throws IOException {
        if (!done) {
            done = true;
            delete(path);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
