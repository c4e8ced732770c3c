package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.container.ByteSource;
import io.github.sae4j.loader.internal.container.NamedTensors;
import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.loader.internal.container.Subject;
import io.github.sae4j.loader.internal.container.TensorFile;
import io.github.sae4j.loader.internal.npz.NpzFile;
import io.github.sae4j.loader.internal.torchfile.TorchFile;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsHeader;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Opens files of tensors by the format that their names tell. */
final class TensorFiles {

    private TensorFiles() {}

    /**
     * Opens a file of a place, if it is there.
     *
     * @throws SaeLoadException if it cannot be read or is not of its format
     * @throws io.github.sae4j.safetensors.SafetensorsException likewise
     */
    static Optional<TensorFile> open(SaeFolder place, String file) {
        Optional<ByteSource> remote = place.remote(file);
        return remote.isPresent()
                ? remote.map(bytes -> remote(place.fullName(file), bytes))
                : place.find(file).map(TensorFiles::open);
    }

    /**
     * Opens a file that is not on this machine; of its tensors' bytes those are fetched that are asked for.
     *
     * @param name its name in the repository
     */
    static TensorFile remote(String name, ByteSource bytes) {
        return Remote.open(Path.of(name), bytes);
    }

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

    /** A file that is not on this machine; the path is its name in the repository. */
    private record Remote(Path path, NamedTensors named) implements TensorFile {

        static Remote open(Path path, ByteSource bytes) {
            Subject subject = Subject.of(path);
            String name = path.toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".npz")) {
                return new Remote(path, NpzFile.read(subject, bytes));
            }
            if (name.endsWith(".pt") || name.endsWith(".pth")) {
                return new Remote(path, TorchFile.tensors(subject, bytes));
            }
            SafetensorsHeader header = SafetensorsHeader.read(
                    path.toString(),
                    bytes.length(),
                    (position, target) -> target.put(bytes.read(position, target.remaining())));
            List<StoredTensor> tensors = header.tensors().stream()
                    .filter(tensor -> tensor.spec().dtype().bits() % Byte.SIZE == 0)
                    .map(tensor -> stored(subject, tensor, bytes))
                    .toList();
            return new Remote(path, new NamedTensors(subject, tensors, Map.of()));
        }

        private static StoredTensor stored(Subject subject, SafetensorsHeader.Entry tensor, ByteSource file) {
            TensorSpec spec = tensor.spec();
            long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
            ByteSource bytes = file.region(tensor.offset(), spec.byteSize());
            StoredTensor.Storage storage =
                    new StoredTensor.Storage(spec.dtype(), bytes, ByteOrder.LITTLE_ENDIAN, false);
            return StoredTensor.whole(subject, spec.name(), storage, shape, false);
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
            // Nothing is open between two requests.
        }
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
