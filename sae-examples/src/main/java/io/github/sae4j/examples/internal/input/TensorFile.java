package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** An open file of arrays. */
sealed interface TensorFile extends AutoCloseable
        permits ArrowInput,
                IndexedTensors,
                MemmapInput,
                NpyFile,
                NpyStream,
                NpzFile,
                ParquetInput,
                SafetensorsInput,
                TorchInput {

    /** How the names of PyTorch's files end. */
    String TORCH = ".pt";

    /** What files of a folder are called. */
    List<String> ENDINGS = List.of(".safetensors", ".npy", ".npz", ".parquet", ".arrow", TORCH, MemmapInput.ENDING);

    /** Returns the arrays in the order of the file. */
    List<StoredTensor> tensors();

    @Override
    void close();

    /**
     * Opens a file of arrays by the ending of its name.
     *
     * @param path a file of one of the {@link #ENDINGS}, or the index of a divided safetensors file
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
        if (hasEnding(path, ".arrow")) {
            return ArrowInput.open(path);
        }
        if (hasEnding(path, TORCH)) {
            return TorchInput.open(path);
        }
        if (hasEnding(path, MemmapInput.ENDING)) {
            return MemmapInput.open(path);
        }
        if (IndexedTensors.isNamedLikeOne(path)) {
            return IndexedTensors.open(path);
        }
        throw new CommandException(path + ": its name ends in none of " + endings("and")
                + ", and no other kind of activation file is read.");
    }

    /** Returns whether a file's name tells that it is of a kind that is read. */
    static boolean isNamedLikeOne(Path path) {
        return IndexedTensors.isNamedLikeOne(path) || ENDINGS.stream().anyMatch(ending -> hasEnding(path, ending));
    }

    /** Returns the endings of the names of files that are read, for a sentence. */
    static String endings(String conjunction) {
        int last = ENDINGS.size() - 1;
        return String.join(", ", ENDINGS.subList(0, last)) + " " + conjunction + " " + ENDINGS.get(last);
    }

    /** Returns whether a file's name ends so, whatever the case of its letters. */
    static boolean hasEnding(Path path, String ending) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ending);
    }
}
