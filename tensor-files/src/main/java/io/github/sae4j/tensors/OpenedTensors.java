package io.github.sae4j.tensors;

import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.ShardedSafetensors;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.MappedFile;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.SafetensorsTensors;
import io.github.sae4j.tensors.internal.npy.NpyArray;
import io.github.sae4j.tensors.internal.npy.NpzFile;
import io.github.sae4j.tensors.internal.torch.TorchFile;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * The tensors of a file, and what closes it.
 *
 * @param format the file's format
 * @param named the tensors
 * @param single whether the file holds one tensor to which it gives no name
 * @param closing closes the file
 */
record OpenedTensors(TensorFormat format, NamedTensors named, boolean single, Runnable closing) {

    /**
     * Opens a file of any format.
     *
     * @throws TensorFileException if it cannot be read or is of no known format
     */
    static OpenedTensors open(Path path) {
        TensorFormat format;
        try (MappedFile file = MappedFile.open(path)) {
            format = FormatOfContent.of(ErrorContext.of(path), file);
        }
        return open(path, format);
    }

    /**
     * Opens a file of one format.
     *
     * @throws TensorFileException if it cannot be read or is not of that format
     */
    static OpenedTensors open(Path path, TensorFormat format) {
        ErrorContext context = ErrorContext.of(path);
        return switch (format) {
            case SAFETENSORS -> {
                SafetensorsFile file = SafetensorsTensors.reported(() -> SafetensorsFile.open(path));
                yield closedOnFault(
                        closing(file::close),
                        closing -> new OpenedTensors(format, SafetensorsTensors.of(context, file), false, closing));
            }
            case SHARDED_SAFETENSORS -> {
                ShardedSafetensors files = SafetensorsTensors.reported(() -> ShardedSafetensors.open(path));
                yield closedOnFault(
                        closing(files::close),
                        closing -> new OpenedTensors(format, SafetensorsTensors.of(context, files), false, closing));
            }
            case NPY, NPZ, TORCH -> {
                MappedFile file = MappedFile.open(path);
                yield closedOnFault(file::close, closing -> read(context, file, format, closing));
            }
        };
    }

    private static Runnable closing(Runnable close) {
        return () -> SafetensorsTensors.reported(() -> {
            close.run();
            return true;
        });
    }

    private static OpenedTensors closedOnFault(Runnable closing, Function<Runnable, OpenedTensors> reading) {
        try {
            return reading.apply(closing);
        } catch (Throwable e) {
            closing.run();
            throw e;
        }
    }

    /**
     * Reads a file whose bytes are anywhere.
     *
     * @param closing closes it
     * @throws TensorFileException if it is not of that format
     * @throws IllegalArgumentException if the format is that of an index, whose files are others
     */
    static OpenedTensors read(ErrorContext context, ByteSource file, TensorFormat format, Runnable closing) {
        return switch (format) {
            case SAFETENSORS -> new OpenedTensors(format, SafetensorsTensors.read(context, file), false, closing);
            case NPY -> new OpenedTensors(format, NpyArray.read(context, file), true, closing);
            case NPZ -> new OpenedTensors(format, NpzFile.read(context, file), false, closing);
            case TORCH -> {
                TorchFile.Content content = TorchFile.read(context, file);
                yield new OpenedTensors(format, content.tensors(), content.single(), closing);
            }
            case SHARDED_SAFETENSORS ->
                throw new IllegalArgumentException("the files that an index names cannot be read from one source");
        };
    }
}
