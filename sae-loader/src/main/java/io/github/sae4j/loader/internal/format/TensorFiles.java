package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.PublishedBytes;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.tensors.TensorFile;
import io.github.sae4j.tensors.TensorFormat;
import java.nio.file.Path;
import java.util.Optional;

/** Opens files of named tensors by the format that their names tell. */
final class TensorFiles {

    private TensorFiles() {}

    /**
     * Opens a file of a place, if it is there.
     *
     * @throws SaeLoadException if it holds a single tensor
     * @throws io.github.sae4j.tensors.TensorFileException if it cannot be read or is not of its format
     */
    static Optional<TensorFile> open(SaeFolder place, String file) {
        Optional<PublishedBytes> remote = place.remote(file);
        return remote.isPresent()
                ? remote.map(bytes -> remote(place.fullName(file), bytes))
                : place.find(file).map(TensorFiles::open);
    }

    /**
     * Opens a file that is not on this machine; of its tensors' bytes those are fetched that are asked for.
     *
     * @param name its name in the repository
     */
    static TensorFile remote(String name, PublishedBytes bytes) {
        return named(TensorFile.open(name, bytes.length(), bytes.ranges(), format(name)));
    }

    /**
     * Opens a file.
     *
     * @throws SaeLoadException if it holds a single tensor
     * @throws io.github.sae4j.tensors.TensorFileException if it cannot be read or is not of its format
     */
    static TensorFile open(Path path) {
        return named(TensorFile.open(path, format(path.toString())));
    }

    private static TensorFormat format(String name) {
        return TensorFormat.ofName(name)
                .filter(format -> format == TensorFormat.NPZ || format == TensorFormat.TORCH)
                .orElse(TensorFormat.SAFETENSORS);
    }

    private static TensorFile named(TensorFile file) {
        if (file.single().isPresent()) {
            file.close();
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    file.path() + ": it holds a single tensor, but should hold a dictionary of tensors.");
        }
        return file;
    }
}
