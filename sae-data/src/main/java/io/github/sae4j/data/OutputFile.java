package io.github.sae4j.data;

import io.github.sae4j.data.DataException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file that is to be made; nothing that was there before is lost. Immutable.
 *
 * <pre>{@code
 * OutputFile file = OutputFile.replacing(Path.of("features.npz"));
 * try (FeatureSink sink = FeatureSink.to(file, stream, Selection.ALL)) {
 *     sink.write(TokenBatch.of(activations), sae.encode(activations));
 *     sink.publish();
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class OutputFile {

    private final Path given;
    private final Path path;
    private final boolean replace;

    private OutputFile(Path given, Path path, boolean replace) {
        this.given = given;
        this.path = path;
        this.replace = replace;
    }

    /**
     * Checks that a new file can be made, before any work is done.
     *
     * @param path the file to be
     * @throws DataException if it is there already, or its folder does not let it be made
     */
    public static OutputFile of(Path path) {
        return checked(path, false);
    }

    /**
     * Checks that a file can be made, or replaced if it is there already, before any work is done.
     *
     * @param path the file to be
     * @throws DataException if what is there is no regular file, or its folder does not let it be made
     */
    public static OutputFile replacing(Path path) {
        return checked(path, true);
    }

    private static OutputFile checked(Path path, boolean replace) {
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new DataException(Reason.UNWRITABLE, path + ": its folder does not exist.");
        }
        if (!Files.isWritable(folder)) {
            throw new DataException(Reason.UNWRITABLE, path + ": no file can be written in its folder.");
        }
        OutputFile file = new OutputFile(path, resolved(path), replace);
        file.requireFree();
        return file;
    }

    /** Follows links, so that what is replaced is the file that a link leads to and not the link. */
    private static Path resolved(Path path) {
        try {
            return Files.exists(path) ? path.toRealPath() : path;
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    private void requireFree() {
        if (Files.isDirectory(path)) {
            throw new DataException(
                    Reason.EXISTS,
                    Sentence.of(path + ": this is a folder, but ", Setting.OUTPUT.named(), " names a file."));
        }
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(path)) {
            throw new DataException(
                    Reason.EXISTS, path + ": this is not a regular file, so it cannot be replaced by one.");
        }
        if (!replace && Files.exists(path)) {
            throw new DataException(
                    Reason.EXISTS,
                    Sentence.of(path + ": this file exists already; ", Setting.REPLACE.named(), " replaces it."));
        }
    }

    /**
     * Checks once more, right before the finished file is put in place.
     *
     * @throws DataException if somebody else has made a file of that name meanwhile
     */
    public void requireStillFree() {
        requireFree();
    }

    /** Returns the path, of the file that links lead to if it is there already. */
    public Path path() {
        return path;
    }

    /** Returns the path as it was given, whose ending tells the kind of file even where it is a link. */
    public Path givenPath() {
        return given;
    }

    /** Returns the file's own name, without its folder. */
    public String fileName() {
        return String.valueOf(path.getFileName());
    }

    /**
     * Returns the finished file.
     *
     * @throws DataException if it cannot be read
     */
    public WrittenFile made() {
        try {
            return WrittenFile.of(fileName(), Files.size(path));
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }
}
