package io.github.sae4j.loader.internal.torchfile;

import io.github.sae4j.loader.internal.container.ByteSource;
import io.github.sae4j.loader.internal.container.Quoted;
import io.github.sae4j.loader.internal.container.StoredTensor.Storage;
import io.github.sae4j.loader.internal.container.Subject;
import io.github.sae4j.loader.internal.container.ZipArchive;
import io.github.sae4j.loader.internal.container.ZipMember;
import io.github.sae4j.loader.internal.torchfile.PickledValue.StorageReference;
import io.github.sae4j.loader.internal.torchfile.TorchFile.Content;
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

    private final Subject subject;
    private final ZipArchive archive;
    private final String root;
    private final ByteOrder order;

    private ZipFormat(Subject subject, ZipArchive archive) {
        this.subject = subject;
        this.archive = archive;
        String pickle = pickle().name();
        this.root = pickle.substring(0, pickle.length() - PICKLE.length());
        this.order = byteOrder();
    }

    /**
     * Reads a file.
     *
     * @throws io.github.sae4j.loader.SaeLoadException if it is not such a file, or holds anything but tensors and plain
     *     values
     */
    static Content read(Subject subject, ByteSource file) {
        ZipFormat format = new ZipFormat(subject, ZipArchive.read(subject, file));
        return format.content();
    }

    private Content content() {
        ZipMember pickle = pickle();
        Subject name = archive.subject(pickle);
        if (pickle.bytes() > MOST_PICKLE_BYTES) {
            throw name.fault(
                    "the pickle has " + pickle.bytes() + " bytes, but at most " + MOST_PICKLE_BYTES + " are read.");
        }
        PickleInput input = new PickleInput(name, archive.bytes(pickle), 0, pickle.bytes());
        PickledValue value = Unpickler.run(input);
        if (!input.isAtEnd()) {
            throw input.fault("bytes follow its STOP.");
        }
        return TorchFile.content(subject, Names.in(subject, value, pickle.bytes()), this::storage);
    }

    private ZipMember pickle() {
        List<ZipMember> pickles = archive.members().stream()
                .filter(member -> member.name().endsWith(PICKLE)
                        && member.name().indexOf('/') == member.name().length() - PICKLE.length())
                .toList();
        if (pickles.isEmpty()) {
            throw subject.fault("this is no file of PyTorch: the archive has no data.pkl.");
        }
        if (pickles.size() > 1) {
            throw subject.fault("the archive has several data.pkl, and nothing tells which one counts.");
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
                throw archive.subject(member.get())
                        .fault("the byte order is " + Quoted.of(name) + ", but should be little or big.");
        };
    }

    private Storage storage(StorageReference reference) {
        String name = root + "/data/" + reference.key();
        ZipMember member = archive.member(name)
                .orElseThrow(() -> subject.fault("the pickle refers to the storage " + Quoted.of(name)
                        + ", but the archive has no such member."));
        long expected = TorchFile.byteSize(subject, reference);
        if (member.bytes() != expected) {
            throw archive.subject(member)
                    .fault("the storage has " + member.bytes() + " bytes, but the pickle says " + reference.elements()
                            + " elements of " + reference.dtype() + ", which take " + expected + ".");
        }
        return new Storage(reference.dtype(), archive.bytes(member), order, !member.deflated());
    }
}
