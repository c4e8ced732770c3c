package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.FileSignature;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.StoredTensor.Storage;
import io.github.sae4j.tensors.internal.torch.PickledValue.Binary;
import io.github.sae4j.tensors.internal.torch.PickledValue.Plain;
import io.github.sae4j.tensors.internal.torch.PickledValue.Real;
import io.github.sae4j.tensors.internal.torch.PickledValue.StorageReference;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tensor;
import io.github.sae4j.tensors.internal.torch.PickledValue.Text;
import io.github.sae4j.tensors.internal.torch.PickledValue.Truth;
import io.github.sae4j.tensors.internal.torch.PickledValue.Whole;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reader of {@code .pt} and {@code .pth} files that PyTorch's {@code torch.save} wrote: a dictionary of tensors and
 * plain values, or a single tensor, whose name is empty.
 *
 * <p>Both formats are read, the zip archive and the one before PyTorch 1.6. In dictionaries within the dictionary, names
 * are joined with dots: the tensor {@code W_enc} of the dictionary {@code state_dict} is {@code state_dict.W_enc}, and the
 * first item of the list {@code layers} is {@code layers.0}. Nothing in a file is ever run; see {@link Unpickler}.
 */
public final class TorchFile {

    private TorchFile() {}

    /**
     * What a file holds.
     *
     * @param tensors the tensors
     * @param values the plain values beside them
     * @param single whether it is one tensor, whose name is empty, and no dictionary
     */
    public record Content(NamedTensors tensors, Map<String, Plain> values, boolean single) {}

    /** Where the bytes of storages are. */
    interface Storages {

        /**
         * Returns a storage's numbers.
         *
         * @throws TensorFileException if they are not there, or not as many as the pickle says
         */
        Storage find(StorageReference reference);
    }

    /** Returns whether an archive is a file of PyTorch. */
    public static boolean isOne(ZipArchive archive) {
        return ZipFormat.isOne(archive);
    }

    /** Returns whether a file that begins with these bytes is of the format before PyTorch 1.6. */
    public static boolean isLegacy(byte[] start) {
        return LegacyFormat.isBeginning(start);
    }

    /**
     * Reads a file's pickle and checks each tensor against the bytes that are there.
     *
     * @throws TensorFileException if it is not such a file, or holds anything but tensors and plain values
     */
    public static Content read(ErrorContext context, ByteSource file) {
        byte[] start = file.read(0, (int) Math.min(LegacyFormat.MAGIC_BYTES, file.length()));
        if (ZipArchive.isBeginning(start)) {
            return ZipFormat.read(context, file);
        }
        if (isLegacy(start)) {
            return LegacyFormat.read(context, file);
        }
        throw context.fault(Reason.WRONG_FORMAT, "this is no file of PyTorch: " + FileSignature.of(file) + ".");
    }

    /** Lays the tensors that a pickle names over the storages of its file. */
    static Content content(ErrorContext context, Names.Named named, Storages storages) {
        Map<String, StorageReference> references = new HashMap<>();
        Map<String, Storage> found = new HashMap<>();
        List<StoredTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, Tensor> entry : named.tensors().entrySet()) {
            Tensor tensor = entry.getValue();
            requireResolved(tensor.lazyBit(), entry.getKey().isEmpty() ? context : context.part(entry.getKey()));
            StorageReference reference = tensor.storage();
            StorageReference other = references.putIfAbsent(reference.key(), reference);
            if (other != null && !other.equals(reference)) {
                throw context.part(entry.getKey())
                        .fault("its storage " + reference.key() + " is of two types or sizes in one file.");
            }
            Storage storage = found.computeIfAbsent(reference.key(), key -> storages.find(reference));
            tensors.add(StoredTensor.view(
                    context, entry.getKey(), storage, tensor.offset(), array(tensor.shape()), array(tensor.strides())));
        }
        return new Content(
                new NamedTensors(context, tensors, unusable(named.values()), usable(named.values())),
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
    private static void requireResolved(@Nullable String lazyBit, ErrorContext tensor) {
        if (lazyBit != null) {
            boolean negative = lazyBit.equals("neg");
            throw tensor.fault(
                    Reason.UNSUPPORTED,
                    "PyTorch saved it with its " + (negative ? "negative" : "conjugate")
                            + " bit, so the numbers in the file have other signs than the tensor; save x.resolve_"
                            + lazyBit
                            + "().");
        }
    }

    /**
     * Returns how many bytes a storage must have.
     *
     * @throws TensorFileException if it has a negative number of elements, or more than any file
     */
    static long byteSize(ErrorContext context, StorageReference reference) {
        int width = reference.type().bytes();
        if (reference.elements() < 0 || reference.elements() > Long.MAX_VALUE / width) {
            throw context.part(reference.key())
                    .fault("the pickle says that this storage has " + reference.elements() + " elements of "
                            + reference.type() + ", which no file has.");
        }
        return reference.elements() * width;
    }

    private static long[] array(List<Long> numbers) {
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }
}
