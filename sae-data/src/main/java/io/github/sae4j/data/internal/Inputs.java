package io.github.sae4j.data.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.arrow.ArrowInput;
import io.github.sae4j.data.internal.files.InputFile;
import io.github.sae4j.data.internal.formats.MemmapInput;
import io.github.sae4j.data.internal.formats.NamedTensorsInput;
import io.github.sae4j.data.internal.parquet.ParquetInput;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.tensors.TensorFormat;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Opens files of arrays by the endings of their names. */
public final class Inputs {

    /** How the names of PyTorch's files end. */
    public static final String TORCH = ".pt";

    /** What files of a folder are called. */
    private static final List<String> ENDINGS =
            List.of(".safetensors", ".npy", ".npz", ".parquet", ".arrow", TORCH, MemmapInput.ENDING);

    private static final String INDEX = ".safetensors.index.json";

    private static final Map<String, TensorFormat> NAMED_TENSORS = Map.of(
            ".safetensors",
            TensorFormat.SAFETENSORS,
            INDEX,
            TensorFormat.SHARDED_SAFETENSORS,
            ".npy",
            TensorFormat.NPY,
            ".npz",
            TensorFormat.NPZ,
            TORCH,
            TensorFormat.TORCH);

    private Inputs() {}

    /**
     * Opens a file of arrays by the ending of its name.
     *
     * @param path a file of one of the endings, or the index of a divided safetensors file
     * @throws DataException if there is no such file, or it is of another kind or broken
     */
    public static OpenInput open(Path path) {
        InputFile.requireReadable(path);
        if (hasEnding(path, ".parquet")) {
            return ParquetInput.open(path);
        }
        if (hasEnding(path, ".arrow")) {
            return ArrowInput.open(path);
        }
        if (hasEnding(path, MemmapInput.ENDING)) {
            return MemmapInput.open(path);
        }
        for (Map.Entry<String, TensorFormat> format : NAMED_TENSORS.entrySet()) {
            if (hasEnding(path, format.getKey())) {
                return NamedTensorsInput.open(path, format.getValue());
            }
        }
        throw new DataException(
                Reason.UNSUPPORTED,
                path + ": its name ends in none of " + endings("and")
                        + ", and no other kind of activation file is read.");
    }

    /** Returns whether a file's name tells that it is of a kind that is read. */
    public static boolean isNamedLikeOne(Path path) {
        return isIndex(path) || ENDINGS.stream().anyMatch(ending -> hasEnding(path, ending));
    }

    /** Returns whether a file's name tells that it is the index of a divided safetensors file. */
    public static boolean isIndex(Path path) {
        return hasEnding(path, INDEX);
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
