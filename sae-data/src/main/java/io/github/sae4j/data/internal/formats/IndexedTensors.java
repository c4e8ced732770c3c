package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.internal.tensors.StoredTensor;
import io.github.sae4j.data.internal.tensors.TensorFile;
import io.github.sae4j.safetensors.ShardedSafetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The arrays of several safetensors files that an index names, as {@code x.safetensors.index.json} does.
 *
 * @param files the files
 */
public record IndexedTensors(ShardedSafetensors files) implements TensorFile {

    private static final String ENDING = ".safetensors.index.json";

    public static boolean isNamedLikeOne(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT).endsWith(ENDING);
    }

    public static IndexedTensors open(Path path) {
        return new IndexedTensors(ShardedSafetensors.open(path));
    }

    @Override
    public List<StoredTensor> tensors() {
        return files.names().stream()
                .map(name -> SafetensorsInput.stored(files.tensor(name)))
                .toList();
    }

    @Override
    public void close() {
        files.close();
    }
}
