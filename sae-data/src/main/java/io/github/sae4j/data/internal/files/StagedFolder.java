package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A folder in the making that disappears unless it is committed, also when the process is interrupted. */
public final class StagedFolder implements AutoCloseable {

    private final Supplier<Path> target;
    private final Path staged;
    private final ShutdownGuard guard;
    private final Object lock = new Object();
    private boolean closed;

    private StagedFolder(Path parent, Supplier<Path> target) {
        this.target = target;
        this.staged = parent.resolve(hidden());
        // The guard waits for the lock, so it sees either no folder at all or one that it can delete.
        synchronized (lock) {
            this.guard = ShutdownGuard.of(this::abandon);
            try {
                Files.createDirectory(staged);
            } catch (IOException e) {
                closed = true;
                guard.close();
                throw new DataException(Reason.UNWRITABLE, target.get() + ": no file can be written in its folder.", e);
            }
        }
    }

    /**
     * Makes an empty folder.
     *
     * @param parent where it is in the making
     * @param target gives the name that it is to get, in the same file system, and throws if that is taken; asked for again
     *     before the folder is put in place
     */
    public static StagedFolder in(Path parent, Supplier<Path> target) {
        return new StagedFolder(parent, target);
    }

    private static String hidden() {
        return ".sae-" + UUID.randomUUID() + ".tmp";
    }

    /** Returns where the folder's files are made. */
    public Path path() {
        return staged;
    }

    /** Gives the folder its name; what had it before is set aside first, and deleted last. */
    public void commit() {
        Path place = target.get();
        synchronized (lock) {
            if (closed) {
                throw new DataException(Reason.UNWRITABLE, place + ": cannot be written: it was given up.");
            }
            try {
                makeParent(place);
                if (Files.exists(place)) {
                    Path before = staged.resolveSibling(hidden());
                    Files.move(place, before, StandardCopyOption.ATOMIC_MOVE);
                    try {
                        Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
                    } catch (IOException e) {
                        Files.move(before, place, StandardCopyOption.ATOMIC_MOVE);
                        throw e;
                    }
                    delete(before);
                } else {
                    Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
                }
            } catch (IOException e) {
                throw DataException.of(Reason.UNWRITABLE, place, "cannot be written", e);
            }
            closed = true;
        }
    }

    private static void makeParent(Path place) throws IOException {
        Path parent = place.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(folder)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    private void abandon() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                delete(staged);
            } catch (IOException e) {
                throw DataException.of(Reason.UNWRITABLE, staged, "this temporary folder cannot be deleted", e);
            }
        }
    }

    @Override
    public void close() {
        try {
            abandon();
        } finally {
            guard.close();
        }
    }
}
