package io.github.sae4j.tensors.internal.torch;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException.Reason;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.StoredTensor.Storage;
import io.github.sae4j.tensors.internal.torch.PickledValue.StorageReference;
import io.github.sae4j.tensors.internal.torch.TorchFile.Content;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import io.github.sae4j.tensors.internal.zip.ZipMember;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The format of PyTorch since 1.6: a zip archive with a folder of any name, in it {@code data.pkl}, a file
 * {@code data/KEY} for each storage, and perhaps {@code byteorder}.
 */
final class ZipFormat {

    private static final String PICKLE = "/data.pkl";
    private static final int MOST_PICKLE_BYTES = 1 << 26;
    private static final int LONGEST_BYTE_ORDER = 16;

    private final ErrorContext context;
    private final ZipArchive archive;
    private final String root;
    private final ByteOrder order;

    private ZipFormat(ErrorContext context, ZipArchive archive) {
        this.context = context;
        this.archive = archive;
        String pickle = pickle().name();
        this.root = pickle.substring(0, pickle.length() - PICKLE.length());
        this.order = byteOrder();
    }

    /**
     * Reads a file.
     *
     * @throws io.github.sae4j.tensors.TensorFileException if it is not such a file, or holds anything but tensors and plain
     *     values
     */
    static Content read(ErrorContext context, ByteSource file) {
        ZipFormat format = new ZipFormat(context, ZipArchive.read(context, file));
        return format.content();
    }

    private Content content() {
        ZipMember pickle = pickle();
        ErrorContext name = archive.context(pickle);
        if (pickle.bytes() > MOST_PICKLE_BYTES) {
            throw name.fault(
                    Reason.UNSUPPORTED,
                    "the pickle has " + pickle.bytes() + " bytes, but at most " + MOST_PICKLE_BYTES + " are read.");
        }
        PickleInput input = new PickleInput(name, archive.bytes(pickle), 0, pickle.bytes());
        PickledValue value = Unpickler.run(input);
        if (!input.isAtEnd()) {
            throw input.fault("bytes follow its STOP.");
        }
        return TorchFile.content(context, Names.in(context, value, pickle.bytes()), this::storage);
    }

    /** Returns whether an archive has a pickle where PyTorch puts it. */
    static boolean isOne(ZipArchive archive) {
        return archive.members().stream().anyMatch(ZipFormat::isPickle);
    }

    private static boolean isPickle(ZipMember member) {
        return member.name().endsWith(PICKLE)
                && member.name().indexOf('/') == member.name().length() - PICKLE.length();
    }

    private ZipMember pickle() {
        List<ZipMember> pickles =
                archive.members().stream().filter(ZipFormat::isPickle).toList();
        if (pickles.isEmpty()) {
            throw context.fault(Reason.WRONG_FORMAT, "this is no file of PyTorch: the archive has no data.pkl.");
        }
        if (pickles.size() > 1) {
            throw context.fault("the archive has several data.pkl, and nothing tells which one counts.");
        }
        return pickles.get(0);
    }

    private ByteOrder byteOrder() {
        Optional<ZipMember> member = archive.member(root + "/byteorder");
        if (member.isEmpty()) {
            return ByteOrder.LITTLE_ENDIAN; // Before PyTorch 2.0 nothing else was written.
        }
        int count = (int) Math.min(LONGEST_BYTE_ORDER, member.get().bytes());
        String name = new String(archive.beginning(member.get(), count), StandardCharsets.ISO_8859_1);
        return switch (name) {
            case "little" -> ByteOrder.LITTLE_ENDIAN;
            case "big" -> ByteOrder.BIG_ENDIAN;
            default ->
                throw archive.context(member.get())
                        .fault("the byte order is " + Quoted.of(name) + ", but should be little or big.");
        };
    }

    private Storage storage(StorageReference reference) {
        String name = root + "/data/" + reference.key();
        ZipMember member = archive.member(name)
                .orElseThrow(() -> context.fault("the pickle refers to the storage " + Quoted.of(name)
                        + ", but the archive has no such member."));
        long expected = TorchFile.byteSize(context, reference);
        if (member.bytes() != expected) {
            throw archive.context(member)
                    .fault("the storage has " + member.bytes() + " bytes, but the pickle says " + reference.elements()
                            + " elements of " + reference.type() + ", which take " + expected + ".");
        }
        return new Storage(reference.type(), archive.bytes(member), order, !member.deflated());
    }
}
