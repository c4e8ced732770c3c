package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An open file of arrays. */
sealed interface TensorFile extends AutoCloseable permits NpyFile, NpyStream, NpzFile, ParquetInput, SafetensorsInput {

    /** Returns the arrays in the order of the file. */
    List<StoredTensor> tensors();

    @Override
    void close();

    /**
     * Opens a file of arrays by the ending of its name.
     *
     * @param path a {@code .safetensors}, {@code .npy}, {@code .npz} or {@code .parquet} file
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
        if (hasEnding(path, ".parquet")) {
            return ParquetInput.open(path);
        }
        throw new CommandException(
                path + ": its name ends in none of .safetensors, .npy, .npz and .parquet, and no other kind of"
                        + " activation file is read.");
    }

    /** Returns whether a file's name tells that it is of a kind that is read. */
    static boolean isNamedLikeOne(Path path) {
        return Stream.of(".safetensors", ".npy", ".npz", ".parquet").anyMatch(ending -> hasEnding(path, ending));
    }

    private static boolean hasEnding(Path path, String ending) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ending);
    }
}
