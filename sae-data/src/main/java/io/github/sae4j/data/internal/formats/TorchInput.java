package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.tensors.FloatType;
import io.github.sae4j.data.internal.tensors.StoredTensor;
import io.github.sae4j.data.internal.tensors.TensorFile;
import io.github.sae4j.tensors.Tensor;
import io.github.sae4j.tensors.TensorFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a file that {@code torch.save} wrote. Those that lie row by row in it are read where they lie; others are
 * put right in memory as a whole.
 *
 * @param file the file
 */
public record TorchInput(io.github.sae4j.tensors.TensorFile file) implements TensorFile {

    public static TorchInput open(Path path) {
        return new TorchInput(io.github.sae4j.tensors.TensorFile.open(path, TensorFormat.TORCH));
    }

    @Override
    public List<StoredTensor> tensors() {
        return file.tensors().stream().map(TorchInput::stored).toList();
    }

    private static StoredTensor stored(Tensor tensor) {
        return new StoredTensor(
                tensor.name().isEmpty() ? null : tensor.name(),
                tensor.type().name(),
                FloatType.spelled(tensor.type().name()),
                ByteOrder.LITTLE_ENDIAN,
                LongStream.of(tensor.shape()).boxed().toList(),
                new Windows(tensor));
    }

    @Override
    public void close() {
        file.close();
    }

    /** A tensor's bytes, which are looked for when the first of them are asked for. */
    private static final class Windows implements StoredTensor.Bytes {

        private final Tensor tensor;
        private @Nullable List<ByteBuffer> windows;

        Windows(Tensor tensor) {
            this.tensor = tensor;
        }

        @Override
        public void read(long offset, ByteBuffer target) {
            if (windows == null) {
                windows = tensor.slices(rowBytes());
            }
            try {
                copy(windows, offset, target);
            } catch (InternalError e) {
                // So the JVM tells that pages of a file that was mapped are no longer there.
                throw new DataException(tensor + ": the file has become shorter while it was read.", e);
            }
        }

        private static void copy(List<ByteBuffer> windows, long offset, ByteBuffer target) {
            long at = offset;
            for (ByteBuffer window : windows) {
                if (at < window.limit() && target.hasRemaining()) {
                    int count = (int) Math.min(target.remaining(), window.limit() - at);
                    target.put(window.slice((int) at, count));
                    at = 0;
                } else {
                    at -= window.limit();
                }
            }
        }

        private long rowBytes() {
            long[] shape = tensor.shape();
            return (shape.length == 0 ? 1 : shape[shape.length - 1])
                    * tensor.type().bytes();
        }
    }
}
