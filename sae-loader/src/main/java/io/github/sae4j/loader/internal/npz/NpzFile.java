package io.github.sae4j.loader.internal.npz;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.container.Beginning;
import io.github.sae4j.loader.internal.container.ByteSource;
import io.github.sae4j.loader.internal.container.MappedFile;
import io.github.sae4j.loader.internal.container.NamedTensors;
import io.github.sae4j.loader.internal.container.StoredTensor;
import io.github.sae4j.loader.internal.container.StoredTensor.Storage;
import io.github.sae4j.loader.internal.container.Subject;
import io.github.sae4j.loader.internal.container.TensorFile;
import io.github.sae4j.loader.internal.container.ZipArchive;
import io.github.sae4j.loader.internal.container.ZipMember;
import io.github.sae4j.safetensors.Dtype;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An open NumPy {@code .npz} file: a zip archive with an npy file for each array.
 *
 * <p>Arrays of numbers are tensors. Whatever else is there (texts, records, pickled objects, files that are no npy) does
 * no harm and is refused, with the reason, when it is asked for; nothing is ever unpickled.
 */
public final class NpzFile implements TensorFile {

    private static final String SUFFIX = ".npy";

    private static final Map<String, Dtype> DTYPES = Map.ofEntries(
            Map.entry("f2", Dtype.F16),
            Map.entry("f4", Dtype.F32),
            Map.entry("f8", Dtype.F64),
            Map.entry("V2", Dtype.BF16), // The form in which NumPy writes bfloat16, whose name it does not know.
            Map.entry("b1", Dtype.BOOL),
            Map.entry("i1", Dtype.I8),
            Map.entry("i2", Dtype.I16),
            Map.entry("i4", Dtype.I32),
            Map.entry("i8", Dtype.I64),
            Map.entry("u1", Dtype.U8),
            Map.entry("u2", Dtype.U16),
            Map.entry("u4", Dtype.U32),
            Map.entry("u8", Dtype.U64));

    private final Path path;
    private final MappedFile file;
    private final NamedTensors tensors;

    private NpzFile(Path path, MappedFile file, NamedTensors tensors) {
        this.path = path;
        this.file = file;
        this.tensors = tensors;
    }

    /**
     * Opens a file and checks the archive and each array's header.
     *
     * @param path the file
     * @return an open file, to be closed by the caller
     * @throws SaeLoadException if it is not there, cannot be read, or is not an npz file
     */
    public static NpzFile open(Path path) {
        MappedFile file = MappedFile.open(Objects.requireNonNull(path, "path"));
        try {
            return new NpzFile(path, file, read(Subject.of(path), file));
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** Reads the arrays of a file whose bytes are at hand. */
    public static NamedTensors read(Subject subject, ByteSource file) {
        byte[] start = file.read(0, (int) Math.min(2, file.length()));
        if (start.length < 2 || start[0] != 'P' || start[1] != 'K') {
            throw subject.fault("an npz file is a zip archive, but " + Beginning.of(file) + ".");
        }
        ZipArchive archive = ZipArchive.read(subject, file);
        List<StoredTensor> tensors = new ArrayList<>();
        Map<String, String> unusable = new HashMap<>();
        for (ZipMember member : archive.members()) {
            if (member.name().endsWith(SUFFIX)) {
                array(archive, member, subject, tensors, unusable);
            } else {
                unusable.put(member.name(), "it is not an array: its name in the archive does not end in .npy.");
            }
        }
        return new NamedTensors(subject, tensors, unusable);
    }

    private static void array(
            ZipArchive archive,
            ZipMember member,
            Subject file,
            List<StoredTensor> tensors,
            Map<String, String> unusable) {
        Subject subject = archive.subject(member);
        byte[] preamble = archive.beginning(member, (int) Math.min(NpyHeader.PREAMBLE_BYTES, member.bytes()));
        int headerBytes = NpyHeader.bytes(subject, preamble, member.bytes());
        NpyHeader header = NpyHeader.read(subject, archive.beginning(member, headerBytes));
        String name = member.name().substring(0, member.name().length() - SUFFIX.length());
        Optional<Dtype> dtype = dtype(header.descr());
        if (dtype.isEmpty()) {
            unusable.put(name, whyNot(header));
            return;
        }
        ByteSource elements = archive.bytes(member).region(headerBytes, member.bytes() - headerBytes);
        ByteOrder order = header.descr().startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        Storage storage = member.deflated()
                ? new Storage(dtype.get(), elements, order, false)
                : new Storage(dtype.get(), elements, order, true, () -> archive.requireIntact(member));
        tensors.add(StoredTensor.whole(file, name, storage, header.shape(), header.fortranOrder()));
    }

    private static Optional<Dtype> dtype(String descr) {
        if (descr.equals("bfloat16")) {
            return Optional.of(Dtype.BF16);
        }
        boolean ordered = descr.startsWith("<") || descr.startsWith(">") || descr.startsWith("|");
        Dtype dtype = ordered ? DTYPES.get(descr.substring(1)) : null;
        if (dtype == null || (descr.startsWith("|") && dtype.bits() > Byte.SIZE && dtype != Dtype.BF16)) {
            return Optional.empty();
        }
        return Optional.of(dtype);
    }

    private static String whyNot(NpyHeader header) {
        if (header.descr().endsWith("O")) {
            return "it holds pickled Python objects, which are never loaded.";
        }
        if (header.descr().startsWith("[")) {
            return "it holds records of several fields, but weights are one number each.";
        }
        return "its dtype " + header.quotedDescr() + " is none that weights have.";
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public List<StoredTensor> tensors() {
        return tensors.all();
    }

    @Override
    public StoredTensor tensor(String name) {
        return tensors.get(name);
    }

    @Override
    public boolean contains(String name) {
        return tensors.contains(name);
    }

    @Override
    public Map<String, Object> values() {
        return tensors.values();
    }

    @Override
    public Map<String, String> unusable() {
        return tensors.unusable();
    }

    @Override
    public void close() {
        file.close();
    }
}
