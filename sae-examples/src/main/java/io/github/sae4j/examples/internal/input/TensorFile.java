package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An open file of arrays. */
sealed interface TensorFile extends AutoCloseable permits NpyFile, SafetensorsInput {

    /** Returns the arrays in the order of the file. */
    List<StoredTensor> tensors();

    @Override
    void close();

    /**
     * Opens a file of arrays by the ending of its name.
     *
     * @param path a {@code .safetensors} or {@code .npy} file
     * @throws CommandException if there is no such file, or it is of another kind or broken
     */
    static TensorFile open(Path path) {
        requireFile(path);
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".npy")) {
            return NpyFile.open(path);
        }
        if (name.endsWith(".safetensors")) {
            return SafetensorsInput.open(path);
        }
        throw new CommandException(path + ": its name ends in neither .safetensors nor .npy, and no other kind of"
                + " activation file is read.");
    }

    /**
     * Checks that a path leads to a file that can be read.
     *
     * @param path the file
     * @throws CommandException if it does not
     */
    static void requireFile(Path path) {
        if (Files.isDirectory(path)) {
            throw new CommandException(path + ": this is a folder, but a file is needed.");
        }
        if (!Files.exists(path)) {
            throw new CommandException(path + ": there is no such file.");
        }
        if (!Files.isReadable(path)) {
            throw new CommandException(path + ": this file may not be read by you.");
        }
    }
}
