package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.StoredTensor.Storage;
import io.github.sae4j.tensors.internal.torch.PickledValue.Dict;
import io.github.sae4j.tensors.internal.torch.PickledValue.Items;
import io.github.sae4j.tensors.internal.torch.PickledValue.StorageReference;
import io.github.sae4j.tensors.internal.torch.PickledValue.Tensor;
import io.github.sae4j.tensors.internal.torch.PickledValue.Text;
import io.github.sae4j.tensors.internal.torch.PickledValue.Whole;
import io.github.sae4j.tensors.internal.torch.TorchFile.Content;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * The format of PyTorch before 1.6: five pickles in a row (a magic number, a version, what machine wrote it, the value, the
 * keys of its storages), then for each key the number of its elements and the elements, always little-endian.
 */
final class LegacyFormat {

    private static final byte[] MAGIC = HexFormat.of().parseHex("80028a0a6cfc9c46f9206aa850192e");

    /** How many bytes at the beginning of a file tell this format. */
    static final int MAGIC_BYTES = MAGIC.length;

    private static final Whole VERSION = new Whole(BigInteger.valueOf(1001));
    private static final int MOST_PICKLE_BYTES = 1 << 26;

    private final ErrorContext context;
    private final ByteSource file;
    private long at = MAGIC_BYTES;

    private LegacyFormat(ErrorContext context, ByteSource file) {
        this.context = context;
        this.file = file;
    }

    /** Returns whether a file that begins with these bytes is of this format. */
    static boolean isBeginning(byte[] start) {
        return Arrays.equals(start, MAGIC);
    }

    /**
     * Reads a file.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if it is not such a file, or holds anything but tensors and plain
     *     values
     */
    static Content read(ErrorContext context, ByteSource file) {
        return new LegacyFormat(context, file).content();
    }

    private Content content() {
        if (!VERSION.equals(pickle())) {
            throw context.fault("the file is of PyTorch's older format, but its version is not 1001.");
        }
        if (!(pickle() instanceof Dict)) {
            throw context.fault("the file is of PyTorch's older format, but its third pickle is not a dictionary.");
        }
        long before = at;
        PickledValue value = pickle();
        Names.Named named = Names.in(context, value, at - before);
        Map<String, Storage> storages = storages(keys(), references(named));
        return TorchFile.content(context, named, reference -> {
            Storage storage = storages.get(reference.key());
            if (storage == null) {
                throw context.fault("the pickle refers to the storage " + Quoted.of(reference.key())
                        + ", but the file does not have it.");
            }
            return storage;
        });
    }

    private PickledValue pickle() {
        PickleInput input = new PickleInput(context, file, at, MOST_PICKLE_BYTES);
        PickledValue value = Unpickler.run(input);
        at = input.position();
        return value;
    }

    private List<String> keys() {
        List<String> keys = new ArrayList<>();
        if (pickle() instanceof Items list) {
            for (PickledValue item : list.items()) {
                if (item instanceof Text text) {
                    keys.add(text.value());
                }
            }
            if (keys.size() == list.items().size()) {
                return keys;
            }
        }
        throw context.fault(
                "the file is of PyTorch's older format, but its fifth pickle is not a list of storages' keys.");
    }

    private static Map<String, StorageReference> references(Names.Named named) {
        Map<String, StorageReference> references = new HashMap<>();
        for (Tensor tensor : named.tensors().values()) {
            references.put(tensor.storage().key(), tensor.storage());
        }
        return references;
    }

    private Map<String, Storage> storages(List<String> keys, Map<String, StorageReference> references) {
        Map<String, Storage> storages = new HashMap<>();
        for (String key : keys) {
            StorageReference reference = references.get(key);
            if (reference == null) {
                throw context.fault("the file has the storage " + Quoted.of(key) + ", whose type no tensor tells.");
            }
            if (storages.put(key, next(reference)) != null) {
                throw context.fault("the file has the storage " + Quoted.of(key) + " twice.");
            }
        }
        if (at != file.length()) {
            throw context.fault(
                    "the file should end with its last storage after " + at + " bytes, but has " + file.length() + ".");
        }
        return storages;
    }

    private Storage next(StorageReference reference) {
        ErrorContext storage = context.part(reference.key());
        if (file.length() - at < Long.BYTES) {
            throw storage.fault("the file ends before the number of this storage's elements.");
        }
        long elements = ByteBuffer.wrap(file.read(at, Long.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        at += Long.BYTES;
        if (elements != reference.elements()) {
            throw storage.fault(
                    "the storage has " + elements + " elements, but the pickle says " + reference.elements() + ".");
        }
        long bytes = TorchFile.byteSize(context, reference);
        if (bytes > file.length() - at) {
            throw storage.fault("the storage should have " + bytes + " bytes, but the file ends after "
                    + (file.length() - at) + ".");
        }
        ByteSource numbers = file.region(at, bytes);
        at += bytes;
        return new Storage(reference.type(), numbers, ByteOrder.LITTLE_ENDIAN, true);
    }
}
