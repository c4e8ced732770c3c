package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.container.ByteSource;
import io.github.sae4j.loader.internal.container.NamedTensors;
import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.loader.internal.container.Subject;
import io.github.sae4j.loader.internal.container.TensorFile;
import io.github.sae4j.loader.internal.npz.NpzFile;
import io.github.sae4j.loader.internal.torchfile.TorchFile;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Opens files of tensors by the format that their names tell. */
final class TensorFiles {

    private TensorFiles() {}

    /**
     * Opens a file.
     *
     * @throws SaeLoadException if it cannot be read or is not of its format
     * @throws io.github.sae4j.safetensors.SafetensorsException likewise
     */
    static TensorFile open(Path path) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".npz")) {
            return NpzFile.open(path);
        }
        if (name.endsWith(".pt") || name.endsWith(".pth")) {
            return TorchFile.open(path);
        }
        return Safetensors.open(path);
    }

    /** A safetensors file as one of named tensors; windows of it need the file open, unlike the windows themselves. */
    private record Safetensors(SafetensorsFile file, NamedTensors named) implements TensorFile {

        static Safetensors open(Path path) {
            SafetensorsFile file = SafetensorsFile.open(path);
            Subject subject = Subject.of(path);
            List<StoredTensor> tensors = file.tensors().stream()
                    .filter(tensor -> tensor.dtype().bits() % Byte.SIZE == 0)
                    .map(tensor -> stored(subject, tensor))
                    .toList();
            return new Safetensors(file, new NamedTensors(subject, tensors, Map.of()));
        }

        private static StoredTensor stored(Subject subject, TensorView tensor) {
            StoredTensor.Storage storage =
                    new StoredTensor.Storage(tensor.dtype(), new ViewBytes(tensor), ByteOrder.LITTLE_ENDIAN, true);
            return StoredTensor.whole(subject, tensor.name(), storage, tensor.shape(), false);
        }

        @Override
        public Path path() {
            return file.path();
        }

        @Override
        public List<StoredTensor> tensors() {
            return named.all();
        }

        @Override
        public StoredTensor tensor(String name) {
            return named.get(name);
        }

        @Override
        public boolean contains(String name) {
            return named.contains(name);
        }

        @Override
        public void close() {
            file.close();
        }
    }

    /** The bytes of a tensor of a safetensors file. */
    private record ViewBytes(TensorView view) implements ByteSource {

        @Override
        public long length() {
            return view.byteSize();
        }

        @Override
        public long reach(long offset) {
            return Math.min(view.byteSize() - offset, Integer.MAX_VALUE);
        }

        @Override
        public ByteBuffer slice(long offset, int length) {
            return view.slice(offset, length);
        }

        @Override
        public byte[] read(long offset, int length) {
            byte[] bytes = new byte[length];
            view.read(offset, ByteBuffer.wrap(bytes));
            return bytes;
        }
    }
}
