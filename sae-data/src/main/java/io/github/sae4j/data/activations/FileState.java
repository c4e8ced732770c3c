package io.github.sae4j.data.activations;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.safetensors.internal.FileStamp;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What tells whether a file is still the one that was opened.
 *
 * @param path the file
 * @param opened what it was like
 */
record FileState(Path path, FileStamp opened) {

    static FileState of(Path path) {
        try {
            return new FileState(path, FileStamp.of(path));
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
        FileStamp now = of(path).opened();
        if (now.size() != opened.size()) {
            throw new DataException(
                    Reason.CHANGED,
                    path + ": this file has changed while it was read, from " + opened.size() + " to " + now.size()
                            + " bytes.");
        }
        if (!now.modified().equals(opened.modified())) {
            throw new DataException(Reason.CHANGED, path + ": this file has been written to while it was read.");
        }
    }
}
