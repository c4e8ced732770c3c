package io.github.sae4j.safetensors.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What tells whether a file is still as it was.
 *
 * @param size how many bytes it has
 * @param modified when it was written last
 * @param key which file of the file system it is, or null where the system does not tell
 */
public record FileStamp(
        long size, FileTime modified, @Nullable Object key) {

    /**
     * Returns that of a file as it is now.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     * @throws IOException if the system does not tell
     */
    public static FileStamp of(Path file) throws IOException {
        BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileStamp(found.size(), found.lastModifiedTime(), found.fileKey());
    }

    /** Returns whether the other is of the same file, not of one that has taken its name. */
    public boolean isOfSameFile(FileStamp other) {
        return Objects.equals(key, other.key);
    }
}
