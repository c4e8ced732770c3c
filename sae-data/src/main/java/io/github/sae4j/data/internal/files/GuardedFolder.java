package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.safetensors.internal.StagedFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A folder in the making that disappears unless it is committed, also when the process is interrupted. */
public final class GuardedFolder implements AutoCloseable {

    private final Supplier<Path> target;
    private final StagedFolder folder;
    private final Guarded<StagedFolder> guarded;

    private GuardedFolder(Path parent, Supplier<Path> target) {
        this.target = target;
        this.guarded = new Guarded<>(() -> staged(parent, target), GuardedFolder::delete);
        this.folder = guarded.made();
    }

    /**
     * Makes an empty folder.
     *
     * @param parent where it is in the making
     * @param target gives the name that it is to get, in the same file system, and throws if that is taken; asked for again
     *     before the folder is put in place
     */
    public static GuardedFolder in(Path parent, Supplier<Path> target) {
        return new GuardedFolder(parent, target);
    }

    private static StagedFolder staged(Path parent, Supplier<Path> target) {
        try {
            return StagedFolder.in(parent);
        } catch (IOException e) {
            throw new DataException(Reason.UNWRITABLE, target.get() + ": no file can be written in its folder.", e);
        }
    }

    /** Returns where the folder's files are made. */
    public Path path() {
        return folder.path();
    }

    /** Gives the folder its name; what had it before is set aside first, and deleted last. */
    public void commit() {
        Path place = target.get();
        guarded.commit(() -> {
            try {
                makeParent(place);
                folder.replace(place);
            } catch (IOException e) {
                throw DataException.of(Reason.UNWRITABLE, place, "cannot be written", e);
            }
        });
    }

    private static void makeParent(Path place) throws IOException {
        Path parent = place.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
    }

    private static void delete(StagedFolder folder) {
        try {
            folder.close();
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, folder.path(), "this temporary folder cannot be deleted", e);
        }
    }

    @Override
    public void close() {
        guarded.close();
    }
}
