package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * What tells whether a file is still the one that was opened.
 *
 * @param path the file
 * @param size how many bytes it has
 * @param modified when it was written last
 */
record FileState(Path path, long size, FileTime modified) {

    static FileState of(Path path) {
        try {
            BasicFileAttributes found = Files.readAttributes(path, BasicFileAttributes.class);
            return new FileState(path, found.size(), found.lastModifiedTime());
        } catch (NoSuchFileException e) {
            throw new DataException(Reason.CHANGED, path + ": this file has disappeared while it was read.", e);
        } catch (IOException e) {
            throw DataException.of(Reason.CHANGED, path, "cannot be read", e);
        }
    }

    /**
     * Checks that the file is as it was.
     *
     * @throws DataException if it has been written to, replaced or deleted
     */
    void requireSame() {
        FileState now = of(path);
        if (now.size() != size) {
            throw new DataException(
                    Reason.CHANGED,
                    path + ": this file has changed while it was read, from " + size + " to " + now.size() + " bytes.");
        }
        if (!now.modified().equals(modified)) {
            throw new DataException(Reason.CHANGED, path + ": this file has been written to while it was read.");
        }
    }
}
