package io.github.sae4j.data.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.arrow.ArrowInput;
import io.github.sae4j.data.internal.files.InputFile;
import io.github.sae4j.data.internal.formats.IndexedTensors;
import io.github.sae4j.data.internal.formats.MemmapInput;
import io.github.sae4j.data.internal.formats.SafetensorsInput;
import io.github.sae4j.data.internal.formats.TorchInput;
import io.github.sae4j.data.internal.numpy.NpyFile;
import io.github.sae4j.data.internal.numpy.NpzFile;
import io.github.sae4j.data.internal.parquet.ParquetInput;
import io.github.sae4j.data.internal.tensors.TensorFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Opens files of arrays by the endings of their names. */
public final class TensorFiles {

    /** How the names of PyTorch's files end. */
    public static final String TORCH = ".pt";

    /** What files of a folder are called. */
    private static final List<String> ENDINGS =
            List.of(".safetensors", ".npy", ".npz", ".parquet", ".arrow", TORCH, MemmapInput.ENDING);

    private TensorFiles() {}

    /**
     * Opens a file of arrays by the ending of its name.
     *
     * @param path a file of one of the endings, or the index of a divided safetensors file
     * @throws DataException if there is no such file, or it is of another kind or broken
     */
    public static TensorFile open(Path path) {
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
        throw new DataException(path + ": its name ends in none of " + endings("and")
                + ", and no other kind of activation file is read.");
    }

    /** Returns whether a file's name tells that it is of a kind that is read. */
    public static boolean isNamedLikeOne(Path path) {
        return IndexedTensors.isNamedLikeOne(path) || ENDINGS.stream().anyMatch(ending -> hasEnding(path, ending));
    }

    /** Returns the endings of the names of files that are read, for a sentence. */
    public static String endings(String conjunction) {
        int last = ENDINGS.size() - 1;
        return String.join(", ", ENDINGS.subList(0, last)) + " " + conjunction + " " + ENDINGS.get(last);
    }

    /** Returns whether a file's name ends so, whatever the case of its letters. */
    public static boolean hasEnding(Path path, String ending) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ending);
    }
}
