package io.github.sae4j.tensors.internal.npy;

import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.FileSignature;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import io.github.sae4j.tensors.internal.zip.ZipMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The reader of NumPy's {@code .npz} files: zip archives with an npy file for each array.
 *
 * <p>Arrays of numbers are tensors. Whatever else is there (texts, records, pickled objects, files that are no npy) does
 * no harm and is refused, with the reason, when it is asked for; nothing is ever unpickled.
 */
public final class NpzFile {

    private static final String SUFFIX = ".npy";

    private NpzFile() {}

    /** Returns whether an archive has an array. */
    public static boolean isOne(ZipArchive archive) {
        return archive.members().stream().anyMatch(member -> member.name().endsWith(SUFFIX));
    }

    /**
     * Reads the archive and each array's header.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if it is not an npz file
     */
    public static NamedTensors read(ErrorContext context, ByteSource file) {
        byte[] start = file.read(0, (int) Math.min(2, file.length()));
        if (!ZipArchive.isBeginning(start)) {
            throw context.fault(
                    Reason.WRONG_FORMAT, "an npz file is a zip archive, but " + FileSignature.of(file) + ".");
        }
        ZipArchive archive = ZipArchive.read(context, file);
        List<StoredTensor> tensors = new ArrayList<>();
        Map<String, String> unusable = new HashMap<>();
        for (ZipMember member : archive.members()) {
            if (member.name().endsWith(SUFFIX)) {
                array(archive, member, context, tensors, unusable);
            } else {
                unusable.put(member.name(), "it is not an array: its name in the archive does not end in .npy.");
            }
        }
        return new NamedTensors(context, tensors, unusable);
    }

    private static void array(
            ZipArchive archive,
            ZipMember member,
            ErrorContext file,
            List<StoredTensor> tensors,
            Map<String, String> unusable) {
        ErrorContext context = archive.context(member);
        byte[] preamble = archive.beginning(member, (int) Math.min(NpyHeaderText.MOST_PREAMBLE_BYTES, member.bytes()));
        int headerBytes = NpyHeaderText.bytes(context, preamble, member.bytes());
        NpyDescription header = NpyHeaderText.read(context, archive.beginning(member, headerBytes), headerBytes);
        String name = member.name().substring(0, member.name().length() - SUFFIX.length());
        Optional<ElementType> type = header.type();
        if (type.isEmpty()) {
            unusable.put(name, NpyArray.whyNot(header));
            return;
        }
        ByteSource elements = archive.streamedBytes(member).region(headerBytes, member.bytes() - headerBytes);
        boolean inFile = !member.deflated();
        Runnable check = inFile ? () -> archive.requireIntact(member) : () -> {};
        tensors.add(NpyArray.tensor(file, name, header, type.get(), elements, inFile, check));
    }
}
