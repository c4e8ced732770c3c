package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.internal.tensors.InputArray;
import io.github.sae4j.data.internal.tensors.OpenInput;
import io.github.sae4j.tensors.NpyHeader;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFile;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFormat;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/** The arrays of a safetensors, npy, npz or PyTorch file, whose bytes are read where they lie. */
public final class NamedTensorsInput implements OpenInput {

    private final TensorFile file;
    private final List<InputArray> tensors;

    private NamedTensorsInput(TensorFile file) {
        this.file = file;
        this.tensors = file.tensors().stream()
                .map(tensor -> stored(tensor, file.format()))
                .toList();
    }

    /**
     * Opens a file.
     *
     * @throws DataException if it cannot be read or breaks a rule of the format
     */
    public static NamedTensorsInput open(Path path, TensorFormat format) {
        if (format == TensorFormat.NPY) {
            requireActivations(path);
        }
        return new NamedTensorsInput(reported(() -> TensorFile.open(path, format)));
    }

    private static void requireActivations(Path path) {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(path))) {
            NpyHeader header = NpyHeader.read(path.toString(), in);
            NpyRules.requireActivations(path.toString(), header);
        } catch (TensorFileException e) {
            throw TensorFault.of(e);
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    private static InputArray stored(Tensor tensor, TensorFormat format) {
        boolean columns = format == TensorFormat.NPZ && !tensor.isRowMajor();
        boolean read = !columns && !(format == TensorFormat.NPZ && NpyRules.isOfUnknownName(tensor.storedType()));
        return new InputArray(
                tensor.name().isEmpty() ? null : tensor.name(),
                tensor.storedType() + (columns ? " in Fortran order" : ""),
                read ? tensor.type() : null,
                ByteOrder.LITTLE_ENDIAN,
                LongStream.of(tensor.shape()).boxed().toList(),
                (offset, target) -> read(tensor, offset, target));
    }

    private static void read(Tensor tensor, long offset, ByteBuffer target) {
        try {
            tensor.read(offset, target);
        } catch (TensorFileException e) {
            throw TensorFault.of(e);
        } catch (InternalError e) {
            // So the JVM tells that pages of a file that was mapped are no longer there.
            throw new DataException(Reason.CHANGED, tensor + ": the file has become shorter while it was read.", e);
        }
    }

    private static <T> T reported(Supplier<T> work) {
        try {
            return work.get();
        } catch (TensorFileException e) {
            throw TensorFault.of(e);
        }
    }

    @Override
    public List<InputArray> tensors() {
        return tensors;
    }

    @Override
    public Map<String, String> unusable() {
        return file.unusable();
    }

    @Override
    public void close() {
        reported(() -> {
            file.close();
            return true;
        });
    }
}
