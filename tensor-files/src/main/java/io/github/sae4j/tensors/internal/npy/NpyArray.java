package io.github.sae4j.tensors.internal.npy;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.StoredTensor.Storage;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The array of an npy file, in a file of its own or in an archive. */
public final class NpyArray {

    private NpyArray() {}

    /**
     * Reads a file with one array, whose name is empty.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if it is no npy file, or its elements do not fill the file
     */
    public static NamedTensors read(ErrorContext context, ByteSource file) {
        int preamble = (int) Math.min(NpyHeaderText.MOST_PREAMBLE_BYTES, file.length());
        int headerBytes = NpyHeaderText.bytes(context, file.read(0, preamble), file.length());
        NpyDescription header = NpyHeaderText.read(context, file.read(0, headerBytes), headerBytes);
        Optional<ElementType> type = header.type();
        if (type.isEmpty()) {
            return new NamedTensors(context, List.of(), Map.of("", whyNot(header)));
        }
        ByteSource elements = file.region(headerBytes, file.length() - headerBytes);
        return new NamedTensors(
                context, List.of(tensor(context, "", header, type.get(), elements, true, () -> {})), Map.of());
    }

    static StoredTensor tensor(
            ErrorContext file,
            String name,
            NpyDescription header,
            ElementType type,
            ByteSource elements,
            boolean inFile,
            Runnable check) {
        long[] shape = header.shape().stream().mapToLong(Long::longValue).toArray();
        Storage storage = new Storage(type, header.descr(), elements, header.order(), inFile, check);
        return StoredTensor.whole(file, name, storage, shape, header.fortranOrder());
    }

    /** Returns the sentence for an array that is no tensor. */
    static String whyNot(NpyDescription header) {
        if (header.descr().endsWith("O")) {
            return "it holds pickled Python objects, which are never loaded.";
        }
        if (header.descr().startsWith("[")) {
            return "it holds records of several fields, but a tensor has one number each.";
        }
        return "its dtype " + Quoted.of(header.descr()) + " is not supported.";
    }
}
