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
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.SafetensorsHeader;
import io.github.sae4j.safetensors.TensorSpec;
import io.github.sae4j.safetensors.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
        // Nothing is open between two requests.
        return new Opened(Path.of(name), remoteTensors(new Subject(name), name, bytes), () -> {});
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
        return safetensors(path);
    }

    private static NamedTensors remoteTensors(Subject subject, String name, ByteSource bytes) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.endsWith(".npz")) {
            return NpzFile.read(subject, bytes);
        }
        if (lower.endsWith(".pt") || lower.endsWith(".pth")) {
            return TorchFile.tensors(subject, bytes);
        }
        SafetensorsHeader header = SafetensorsHeader.read(
                name, bytes.length(), (position, target) -> target.put(bytes.read(position, target.remaining())));
        List<StoredTensor> tensors = new ArrayList<>();
        Map<String, String> unusable = new LinkedHashMap<>();
        for (SafetensorsHeader.Entry entry : header.tensors()) {
            TensorSpec spec = entry.spec();
            if (ofWholeBytes(spec.dtype())) {
                long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
                ByteSource part = bytes.region(entry.offset(), spec.byteSize());
                tensors.add(stored(subject, spec.name(), spec.dtype(), shape, part, false));
            } else {
                unusable.put(spec.name(), tooSmall(spec.dtype()));
            }
        }
        return new NamedTensors(subject, tensors, unusable);
    }

    private static TensorFile safetensors(Path path) {
        SafetensorsFile file = SafetensorsFile.open(path);
        Subject subject = Subject.of(path);
        List<StoredTensor> tensors = new ArrayList<>();
        Map<String, String> unusable = new LinkedHashMap<>();
        for (TensorView tensor : file.tensors()) {
            if (ofWholeBytes(tensor.dtype())) {
                ByteSource bytes = new ViewBytes(tensor);
                tensors.add(stored(subject, tensor.name(), tensor.dtype(), tensor.shape(), bytes, true));
            } else {
                unusable.put(tensor.name(), tooSmall(tensor.dtype()));
            }
        }
        return new Opened(file.path(), new NamedTensors(subject, tensors, unusable), file::close);
    }

    private static String tooSmall(Dtype dtype) {
        return "it is stored as " + dtype.label() + ", whose elements are smaller than a byte.";
    }

    private static boolean ofWholeBytes(Dtype dtype) {
        return dtype.bits() % Byte.SIZE == 0;
    }

    private static StoredTensor stored(
            Subject subject, String name, Dtype dtype, long[] shape, ByteSource bytes, boolean inFile) {
        StoredTensor.Storage storage = new StoredTensor.Storage(dtype, bytes, ByteOrder.LITTLE_ENDIAN, inFile);
        return StoredTensor.whole(subject, name, storage, shape, false);
    }

    /**
     * Tensors that were found in a file.
     *
     * @param closing closes it; windows of a file need it open, unlike the windows themselves
     */
    private record Opened(Path path, NamedTensors named, Runnable closing) implements TensorFile {

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
        public Map<String, Object> values() {
            return named.values();
        }

        @Override
        public Map<String, String> unusable() {
            return named.unusable();
        }

        @Override
        public void close() {
            closing.run();
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
