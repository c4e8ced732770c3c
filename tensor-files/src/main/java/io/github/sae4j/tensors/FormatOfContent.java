package io.github.sae4j.tensors;

import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.FileSignature;
import io.github.sae4j.tensors.internal.npy.NpyHeaderText;
import io.github.sae4j.tensors.internal.npy.NpzFile;
import io.github.sae4j.tensors.internal.torch.TorchFile;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The format of a file by what it holds; where that tells nothing, by its name. */
final class FormatOfContent {

    private static final int LOOKED_AT = 16;

    /** A safetensors file begins with the length of its header, which is JSON. */
    private static final int HEADER_AT = Long.BYTES;

    private FormatOfContent() {}

    /**
     * Returns a file's format.
     *
     * @throws TensorFileException if it is of no known format, or a zip archive that is broken
     */
    static TensorFormat of(ErrorContext context, ByteSource file) {
        byte[] start = file.read(0, (int) Math.min(LOOKED_AT, file.length()));
        if (NpyHeaderText.isBeginning(start)) {
            return TensorFormat.NPY;
        }
        if (TorchFile.isLegacy(start)) {
            return TensorFormat.TORCH;
        }
        if (isSafetensors(start, file.length())) {
            return TensorFormat.SAFETENSORS;
        }
        Optional<TensorFormat> named = TensorFormat.ofName(context.name());
        if (ZipArchive.isBeginning(start)) {
            return ofArchive(context, ZipArchive.read(context, file), named);
        }
        if (new String(start, StandardCharsets.ISO_8859_1).stripLeading().startsWith("{")) {
            return TensorFormat.SHARDED_SAFETENSORS;
        }
        // The reader of the format that its name tells has the better sentence.
        return named.orElseThrow(() -> context.fault(
                Reason.WRONG_FORMAT,
                "this is no file of tensors that is known (safetensors, npy, npz or PyTorch): " + FileSignature.of(file)
                        + "."));
    }

    private static boolean isSafetensors(byte[] start, long length) {
        if (start.length <= HEADER_AT || start[HEADER_AT] != '{') {
            return false;
        }
        long header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return header > 0 && header <= length - HEADER_AT;
    }

    private static TensorFormat ofArchive(ErrorContext context, ZipArchive archive, Optional<TensorFormat> named) {
        if (TorchFile.isOne(archive)) {
            return TensorFormat.TORCH;
        }
        if (NpzFile.isOne(archive)) {
            return TensorFormat.NPZ;
        }
        return named.filter(format -> format == TensorFormat.TORCH || format == TensorFormat.NPZ)
                .orElseThrow(() -> context.fault(
                        Reason.WRONG_FORMAT,
                        "the archive has neither arrays of NumPy nor a data.pkl of PyTorch, so there are no tensors in"
                                + " it."));
    }
}
