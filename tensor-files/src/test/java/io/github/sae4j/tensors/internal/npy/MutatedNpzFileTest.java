package io.github.sae4j.tensors.internal.npy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ZipImage;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.HeapBytes;
import io.github.sae4j.tensors.internal.Mutations;
import io.github.sae4j.tensors.internal.NamedTensors;
import io.github.sae4j.tensors.internal.StoredTensor;
import io.github.sae4j.tensors.internal.Watched;
import io.github.sae4j.tensors.internal.zip.ZipArchive;
import io.github.sae4j.tensors.internal.zip.ZipMember;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged NumPy files, many of them: only our exception comes out, little memory goes in, and no class is loaded. */
class MutatedNpzFileTest {

    private static final int FILES = 50_000;
    private static final int WARM_UP = 20_000;
    private static final long SEED = 20_261_124;

    /** The buffers of the zip and header readers, and an exception with its stack. */
    private static final long FIXED_BYTES = 64 * 1024;

    /** All that is allocated on the way, most of it garbage at once. */
    private static final long BYTES_PER_BYTE = 64;

    private static final long MOST_INFLATION = 1032;

    private static final ErrorContext FILE = new ErrorContext("some.npz");

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

    private byte[] mutant(Random random, Mutations mutations) {
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

    @Test
    @Timeout(300) // against a reader that never ends
    void endInTensorsOrInOurException() {
        // The first run of any code loads classes of our own and of the JDK.
        run(new Random(SEED + 1), WARM_UP, new HashMap<>());
        Set<String> before = Watched.classes();
        Map<String, Integer> reasons = new HashMap<>();
        int accepted = run(new Random(SEED), FILES, reasons);
        Set<String> after = Watched.classes();
        after.removeAll(before);
        assertThat(after).as("classes loaded on the way").isEmpty();
        assertThat(accepted).as("mutants that are still valid").isGreaterThan(FILES / 50);
        assertThat(reasons.keySet()).as("reasons to refuse").containsAll(EXPECTED_REASONS);
    }

    private int run(Random random, int count, Map<String, Integer> reasons) {
        Mutations mutations = new Mutations(random, FRAGMENTS);
        int accepted = 0;
        for (int i = 0; i < count; i++) {
            byte[] bytes = mutant(random, mutations);
            try {
                long before = Watched.heap();
                Optional<String> reason = refusal(bytes);
                if (Watched.heap() - before > most(bytes)) {
                    // The first run of any code allocates for its call sites too, so only the second one counts.
                    before = Watched.heap();
                    refusal(bytes);
                    assertThat(Watched.heap() - before).as("heap").isLessThanOrEqualTo(most(bytes));
                }
                if (reason.isEmpty()) {
                    reason = readAll(NpzFile.read(FILE, new HeapBytes(bytes)), bytes.length);
                    accepted++;
                }
                String found = reason.orElse("");
                EXPECTED_REASONS.stream()
                        .filter(found::contains)
                        .forEach(words -> reasons.merge(words, 1, Integer::sum));
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "Mutant " + i + " ended in " + e + ": " + HexFormat.of().formatHex(bytes), e);
            }
        }
        return accepted;
    }

    private static Optional<String> refusal(byte[] bytes) {
        try {
            NpzFile.read(FILE, new HeapBytes(bytes));
            return Optional.empty();
        } catch (TensorFileException e) {
            assertThat(e.getMessage()).startsWith("some.npz: ");
            return Optional.of(e.getMessage());
        }
    }

    private static long most(byte[] bytes) {
        return FIXED_BYTES + BYTES_PER_BYTE * bytes.length;
    }

    /** Takes every tensor's bytes; returns why one could not be inflated, if so. */
    private static Optional<String> readAll(NamedTensors tensors, int fileBytes) {
        Optional<String> reason = Optional.empty();
        for (StoredTensor tensor : tensors.all()) {
            assertThat(tensor.byteSize()).isLessThanOrEqualTo(MOST_INFLATION * fileBytes);
            long before = Watched.direct();
            try {
                long bytes = tensor.slices(tensor.type().bytes()).stream()
                        .mapToLong(ByteBuffer::remaining)
                        .sum();
                assertThat(bytes).isEqualTo(tensor.byteSize());
            } catch (TensorFileException e) {
                assertThat(e.getMessage()).startsWith("some.npz: ");
                reason = Optional.of(e.getMessage());
            }
            assertThat(Watched.direct() - before)
                    .as("direct memory, with the copies that a file on the heap needs")
                    .isLessThanOrEqualTo(2 * tensor.byteSize() + 2L * fileBytes);
        }
        return reason;
    }
}
