package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An open file of arrays. */
sealed interface TensorFile extends AutoCloseable permits NpyFile, NpyStream, NpzFile, SafetensorsInput {

    /** Returns the arrays in the order of the file. */
    List<StoredTensor> tensors();

    @Override
    void close();

    /**
     * Opens a file of arrays by the ending of its name.
     *
     * @param path a {@code .safetensors}, {@code .npy} or {@code .npz} file
     * @throws CommandException if there is no such file, or it is of another kind or broken
     */
    static TensorFile open(Path path) {
        InputFile.requireReadable(path);
        if (hasEnding(path, ".npy")) {
            return NpyFile.open(path);
        }
        if (hasEnding(path, ".npz")) {
            return NpzFile.open(path);
        }
        if (hasEnding(path, ".safetensors")) {
            return SafetensorsInput.open(path);
        }
        throw new CommandException(path + ": its name ends in none of .safetensors, .npy and .npz, and no other kind of"
                + " activation file is read.");
    }

    /** Returns whether a file's name tells that it is of a kind that is read. */
    static boolean isNamedLikeOne(Path path) {
        return hasEnding(path, ".npy") || hasEnding(path, ".npz") || hasEnding(path, ".safetensors");
    }

    private static boolean hasEnding(Path path, String ending) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ending);
    }
}
