package io.github.sae4j.loader.internal.saving;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.Listing;
import io.github.sae4j.loader.internal.Unreadable;
import io.github.sae4j.loader.internal.Unwritable;
import io.github.sae4j.safetensors.internal.StagedFolder;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder that is made whole or not at all, and that replaces nothing but an empty folder. */
final class NewFolder implements AutoCloseable {

    private final Path target;
    private final StagedFolder staged;

    private NewFolder(Path target, StagedFolder staged) {
        this.target = target;
        this.staged = staged;
    }

    /**
     * Creates the temporary folder.
     *
     * @throws SaeLoadException if there is something at the target but an empty folder, or the folder around it does not
     *     exist or cannot be written to
     */
    static NewFolder create(Path folder) {
        Path target = folder.toAbsolutePath();
        try {
            if (Files.isDirectory(target)) {
                requireEmpty(target);
                target = target.toRealPath();
            } else if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                throw new SaeLoadException(
                        Reason.NOT_EMPTY,
                        target + " exists and is not a folder. An SAE is saved as a folder of its own.");
            }
        } catch (IOException e) {
            throw Unreadable.because(target, e);
        }
        @Nullable Path parent = target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new SaeLoadException(
                    Reason.NOT_FOUND, target + " cannot be written: the folder around it does not exist.");
        }
        try {
            return new NewFolder(target, StagedFolder.in(parent));
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        }
    }

    private static void requireEmpty(Path folder) {
        List<String> names = names(folder);
        if (!names.isEmpty()) {
            throw new SaeLoadException(
                    Reason.NOT_EMPTY,
                    folder + " is not empty: it holds " + Listing.of(names)
                            + ". Nothing is overwritten; give a folder that does not exist yet, or an empty one.");
        }
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(Path::getFileName).map(String::valueOf).sorted().toList();
        } catch (IOException e) {
            throw Unreadable.because(folder, e);
        }
    }

    /** Returns where a file of the folder is to be written. */
    Path file(String name) {
        return staged.path().resolve(name);
    }

    /**
     * Gives the folder the target's name.
     *
     * @throws SaeLoadException if something has come to the target since, or the system refuses
     */
    void commit() {
        try {
            staged.moveTo(target);
        } catch (DirectoryNotEmptyException e) {
            throw new SaeLoadException(Reason.NOT_EMPTY, target + " is not empty any more. Nothing is overwritten.", e);
        } catch (IOException e) {
            throw Unwritable.because(target, e);
        }
    }

    /** Gives up what was not committed: the temporary folder is deleted. */
    @Override
    public void close() {
        try {
            staged.close();
        } catch (IOException e) {
            throw new SaeLoadException(
                    Reason.UNWRITABLE,
                    "The temporary folder " + staged.path() + " cannot be deleted: " + e.getMessage() + ".",
                    e);
        }
    }
}
