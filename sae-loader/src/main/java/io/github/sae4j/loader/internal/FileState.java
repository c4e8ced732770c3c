package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a weights file was like when it was opened, to notice that somebody writes into it or cuts it. A file that was deleted
 * or replaced by another of the same name does no harm: the pages that are mapped stay those of the old one.
 */
public final class FileState {

    private final Path file;
    private final @Nullable BasicFileAttributes opened;

    private FileState(Path file, @Nullable BasicFileAttributes opened) {
        this.file = file;
        this.opened = opened;
    }

    /** Returns the state of a file as it is now. */
    public static FileState of(Path file) {
        Path absolute = file.toAbsolutePath();
        try {
            return new FileState(absolute, attributes(absolute));
        } catch (IOException e) {
            // Whoever reads it says why it cannot be read.
            return new FileState(absolute, null);
        }
    }

    /** Returns the file. */
    Path file() {
        return file;
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class);
    }

    /**
     * Checks that the file is as it was.
     *
     * @throws SaeException if it has another size or another time of its last change
     */
    void requireUnchanged() {
        BasicFileAttributes before = opened;
        if (before == null) {
            return;
        }
        BasicFileAttributes now;
        try {
            now = attributes(file);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw new SaeException(SaeException.Reason.WEIGHTS_LOST, Unreadable.sentence(file, e), e);
        }
        if (!Objects.equals(before.fileKey(), now.fileKey())) {
            return;
        }
        if (before.size() != now.size()) {
            throw changed("had " + before.size() + " bytes when the SAE was opened, and has " + now.size() + " now");
        }
        if (!before.lastModifiedTime().equals(now.lastModifiedTime())) {
            throw changed("was written at " + now.lastModifiedTime() + ", after the SAE was opened");
        }
    }

    private SaeException changed(String how) {
        return new SaeException(
                SaeException.Reason.WEIGHTS_LOST,
                file + " " + how + ", so its weights are not those that were opened: open the SAE again.");
    }
}
