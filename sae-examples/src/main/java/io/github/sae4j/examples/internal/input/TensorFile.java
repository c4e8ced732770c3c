package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
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
        InputFile.requireReadable(path);
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
}
