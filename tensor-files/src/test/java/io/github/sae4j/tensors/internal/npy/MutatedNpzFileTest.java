package io.github.sae4j.tensors.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.internal.ByteSource;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.MutatedFilesTest;
import io.github.sae4j.tensors.internal.Mutations;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import io.github.sae4j.tensors.internal.zip.ZipMember;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;

/** Damaged NumPy files. */
class MutatedNpzFileTest extends MutatedFilesTest {

    private static final int FILES = 50_000;

    /** The buffers of the zip and header readers, and an exception with its stack. */
    private static final long FIXED_BYTES = 64 * 1024;

    private static final long MOST_INFLATION = 1032;

    private static final List<byte[]> FRAGMENTS = Stream.of(
                    "{",
                    "}",
                    "(",
                    ")",
                    "[",
                    "]",
                    "'",
                    "\"",
                    ",",
                    ":",
                    "\\",
                    "L",
                    "-",
                    "'|O'",
                    "'<f4'",
                    "'>f8'",
                    "'<f2'",
                    "'|V2'",
                    "[('a','<f4')]",
                    "True",
                    "False",
                    "'descr': ",
                    "'shape': (2,3)",
                    "'fortran_order': ",
                    "(0,)",
                    "9999999999",
                    "999999999999999999",
                    "9999999999999999999",
                    "(9,",
                    "1,1,1,1,1,1,",
                    "\0",
                    "\n",
                    "\u0093NUMPY",
                    "\u00ff\u00ff",
                    "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f",
                    "PK\1\2",
                    "PK\3\4",
                    "PK\5\6",
                    "PK\6\7")
            .map(text -> text.getBytes(StandardCharsets.ISO_8859_1))
            .toList();

    private static final Set<String> EXPECTED_REASONS = Set.of(
            "not a Python dictionary",
            "takes",
            "does not begin with",
            "npy version",
            "npy header should",
            "not a tuple of sizes",
            "digits",
            "neither True nor False",
            "other entries",
            "twice",
            "no end record",
            "directory is damaged",
            "contradict each other",
            "end record lies at",
            "deflated bytes",
            "which no file can have");

    private final List<byte[]> files = new ArrayList<>();
    private final List<byte[]> arrays = new ArrayList<>();

    MutatedNpzFileTest() {
        super(FILES, FIXED_BYTES, FRAGMENTS, EXPECTED_REASONS);
    }

    @BeforeEach
    void takeNumPysFilesApart() throws IOException {
        for (String name : new String[] {"numbers.npz", "numbers-deflated.npz", "versions.npz", "others.npz"}) {
            try (InputStream in = Objects.requireNonNull(MutatedNpzFileTest.class.getResourceAsStream(name), name)) {
                byte[] bytes = in.readAllBytes();
                files.add(bytes);
                ZipArchive archive = ZipArchive.read(FILE, new HeapBytes(bytes));
                for (ZipMember member : archive.members()) {
                    arrays.add(archive.bytes(member).read(0, (int) member.bytes()));
                }
            }
        }
    }

    @Override
    protected byte[] mutant(Random random, Mutations mutations) {
        if (random.nextInt(5) == 0) {
            return mutations.of(files.get(random.nextInt(files.size())));
        }
        byte[] array = arrays.get(random.nextInt(arrays.size()));
        int header = Math.min(array.length, 128);
        byte[] start = mutations.of(Arrays.copyOf(array, header));
        byte[] mutant = Arrays.copyOf(start, start.length + array.length - header);
        System.arraycopy(array, header, mutant, start.length, array.length - header);
        ZipImage image = new ZipImage().stored("W_dec.npy", arrays.get(0));
        return random.nextBoolean()
                ? image.stored("W_enc.npy", mutant).bytes()
                : image.deflated("W_enc.npy", mutant).bytes();
    }

    @Override
    protected NamedTensors read(ByteSource bytes) {
        return NpzFile.read(FILE, bytes);
    }

    @Override
    protected void requireBounded(StoredTensor tensor, int fileBytes) {
        assertThat(tensor.byteSize()).isLessThanOrEqualTo(MOST_INFLATION * fileBytes);
    }
}
