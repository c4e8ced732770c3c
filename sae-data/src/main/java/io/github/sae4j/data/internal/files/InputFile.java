package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;

/** The check of a file to be read, which is cheap and so comes before all work. */
public final class InputFile {

    private InputFile() {}

    /**
     * Checks that a path leads to a file that can be read.
     *
     * @param path the file
     * @throws DataException if it does not
     */
    public static void requireReadable(Path path) {
        if (path.toString().isEmpty()) {
            throw new DataException(
                    Reason.NO_SUCH_FILE, "There is no input: the name of the file to be read is empty.");
        }
        if (Files.isDirectory(path)) {
            throw new DataException(Reason.UNREADABLE, path + ": this is a folder, but a file is needed.");
        }
        if (!Files.exists(path)) {
            throw new DataException(Reason.NO_SUCH_FILE, path + ": there is no such file.");
        }
        if (!Files.isRegularFile(path)) {
            throw new DataException(Reason.UNREADABLE, path + ": this is a pipe or a device, but a file is needed.");
        }
        if (!Files.isReadable(path)) {
            throw new DataException(Reason.UNREADABLE, path + ": there is no permission to read this file.");
        }
    }
}
