package io.github.sae4j.loader.internal.torchfile;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.container.Beginning;
import io.github.sae4j.loader.internal.container.ByteSource;
import io.github.sae4j.loader.internal.container.MappedFile;
import io.github.sae4j.loader.internal.container.NamedTensors;
import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.loader.internal.container.StoredTensor.Storage;
import io.github.sae4j.loader.internal.container.Subject;
import io.github.sae4j.loader.internal.container.TensorFile;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Binary;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Plain;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Real;
import io.github.sae4j.loader.internal.torchfile.PickledValue.StorageReference;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Tensor;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Text;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Truth;
import io.github.sae4j.loader.internal.torchfile.PickledValue.Whole;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * An open {@code .pt} or {@code .pth} file that PyTorch's {@code torch.save} wrote: a dictionary of tensors and plain
 * values.
 *
 * <p>Both formats are read, the zip archive and the one before PyTorch 1.6. In dictionaries within the dictionary, names
 * are joined with dots: the tensor {@code W_enc} of the dictionary {@code state_dict} is {@code state_dict.W_enc}, and the
 * first item of the list {@code layers} is {@code layers.0}. Nothing in a file is ever run; see {@link Unpickler}.
 */
public final class TorchFile implements TensorFile {

    private final Path path;
    private final MappedFile file;
    private final Content content;

    private TorchFile(Path path, MappedFile file, Content content) {
        this.path = path;
        this.file = file;
        this.content = content;
    }

    /**
     * What a file holds.
     *
     * @param tensors the tensors
     * @param values the plain values beside them
     * @param single whether it is one tensor, whose name is empty, and no dictionary
     */
    record Content(NamedTensors tensors, Map<String, Plain> values, boolean single) {}

    /** Where the bytes of storages are. */
    interface Storages {

        /**
         * Returns a storage's numbers.
         *
         * @throws SaeLoadException if they are not there, or not as many as the pickle says
         */
        Storage find(StorageReference reference);
    }

    /**
     * Opens a file, reads its pickle and checks each tensor against the bytes that are there.
     *
     * @param path the file
     * @return an open file, to be closed by the caller
     * @throws SaeLoadException if it is not there, cannot be read, is not such a file, or holds anything but tensors and
     *     plain values
     */
    public static TorchFile open(Path path) {
        return open(path, TorchFile::read);
    }

    /**
     * Opens a file that may also hold a single tensor, whose name is empty.
     *
     * @param path the file
     * @return an open file, to be closed by the caller
     * @throws SaeLoadException as {@link #open} does
     */
    public static TorchFile openAny(Path path) {
        return open(path, TorchFile::readAny);
    }

    private static TorchFile open(Path path, BiFunction<Subject, ByteSource, Content> reader) {
        MappedFile file = MappedFile.open(Objects.requireNonNull(path, "path"));
        try {
            return new TorchFile(path, file, reader.apply(Subject.of(path), file));
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** Reads the tensors of a file whose bytes are anywhere. */
    public static NamedTensors tensors(Subject subject, ByteSource file) {
        return read(subject, file).tensors();
    }

    /** Reads a file whose bytes are at hand, and which holds a dictionary. */
    static Content read(Subject subject, ByteSource file) {
        Content content = readAny(subject, file);
        if (content.single()) {
            throw subject.fault("it holds a single tensor, but should hold a dictionary of tensors.");
        }
        return content;
    }

    private static Content readAny(Subject subject, ByteSource file) {
        byte[] start = file.read(0, (int) Math.min(LegacyFormat.MAGIC_BYTES, file.length()));
        if (start.length >= 2 && start[0] == 'P' && start[1] == 'K') {
            return ZipFormat.read(subject, file);
        }
        if (LegacyFormat.isBeginning(start)) {
            return LegacyFormat.read(subject, file);
        }
        throw subject.fault("this is no file of PyTorch: " + Beginning.of(file) + ".");
    }

    /** Lays the tensors that a pickle names over the storages of its file. */
    static Content content(Subject subject, Names.Named named, Storages storages) {
        Map<String, StorageReference> references = new HashMap<>();
        Map<String, Storage> found = new HashMap<>();
        List<StoredTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, Tensor> entry : named.tensors().entrySet()) {
            Tensor tensor = entry.getValue();
            requireResolved(tensor.lazyBit(), entry.getKey().isEmpty() ? subject : subject.part(entry.getKey()));
            StorageReference reference = tensor.storage();
            StorageReference other = references.putIfAbsent(reference.key(), reference);
            if (other != null && !other.equals(reference)) {
                throw subject.part(entry.getKey())
                        .fault("its storage " + reference.key() + " is of two types or sizes in one file.");
            }
            Storage storage = found.computeIfAbsent(reference.key(), key -> storages.find(reference));
            tensors.add(StoredTensor.view(
                    subject, entry.getKey(), storage, tensor.offset(), array(tensor.shape()), array(tensor.strides())));
        }
        return new Content(
                new NamedTensors(subject, tensors, unusable(named.values()), usable(named.values())),
                Collections.unmodifiableMap(named.values()),
                named.single());
    }

    private static Map<String, Object> usable(Map<String, Plain> values) {
        Map<String, Object> usable = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value instanceof Text text) {
                usable.put(name, text.value());
            } else if (value instanceof Truth truth) {
                usable.put(name, truth.value());
            } else if (value instanceof Whole whole) {
                usable.put(name, whole.value());
            } else if (value instanceof Real real) {
                usable.put(name, real.value());
            }
        });
        return usable;
    }

    /** Python's None says nothing, so that it is none of these either. */
    private static Map<String, String> unusable(Map<String, Plain> values) {
        Map<String, String> unusable = new LinkedHashMap<>();
        values.forEach((name, value) -> {
            if (value instanceof Binary) {
                unusable.put(name, "it holds bytes, but should be a tensor or a plain value.");
            }
        });
        return unusable;
    }

    /** PyTorch can put off changing signs; what is then in the file is not what the tensor is. */
    private static void requireResolved(@Nullable String lazyBit, Subject tensor) {
        if (lazyBit != null) {
            boolean negative = lazyBit.equals("neg");
            throw tensor.fault("PyTorch saved it with its " + (negative ? "negative" : "conjugate")
                    + " bit, so the numbers in the file have other signs than the tensor; save x.resolve_" + lazyBit
                    + "().");
        }
    }

    /**
     * Returns how many bytes a storage must have.
     *
     * @throws SaeLoadException if it has a negative number of elements, or more than any file
     */
    static long byteSize(Subject subject, StorageReference reference) {
        int width = reference.dtype().bits() / Byte.SIZE;
        if (reference.elements() < 0 || reference.elements() > Long.MAX_VALUE / width) {
            throw subject.part(reference.key())
                    .fault("the pickle says that this storage has " + reference.elements() + " elements of "
                            + reference.dtype() + ", which no file has.");
        }
        return reference.elements() * width;
    }

    private static long[] array(List<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<StoredTensor> tensors() {
        return content.tensors().all();
    }

    @Override
    public StoredTensor tensor(String name) {
        return content.tensors().get(name);
    }

    @Override
    public boolean contains(String name) {
        return content.tensors().contains(name);
    }

    @Override
    public Map<String, Object> values() {
        return content.tensors().values();
    }

    @Override
    public Map<String, String> unusable() {
        return content.tensors().unusable();
    }

    /** Returns the plain values beside the tensors by name, in the order of the file, unmodifiable. */
    Map<String, Plain> plainValues() {
        return content.values();
    }

    /** Returns a plain value beside the tensors, or empty if there is none of that name. */
    public Optional<Plain> value(String name) {
        return Optional.ofNullable(content.values().get(name));
    }

    @Override
    public void close() {
        file.close();
    }
}
