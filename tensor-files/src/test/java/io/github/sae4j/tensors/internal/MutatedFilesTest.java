package io.github.sae4j.tensors.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.tensors.TensorFileException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Damaged files, many of them: only our exception comes out, little memory goes in, and no class is loaded. */
public abstract class MutatedFilesTest {

    /** The name that sentences about the files begin with. */
    protected static final ErrorContext FILE = new ErrorContext("some.file");

    private static final int WARM_UP = 20_000;
    private static final long SEED = 20_261_124;

    /** All that is allocated on the way, most of it garbage at once. */
    private static final long BYTES_PER_BYTE = 64;

    private final int files;
    private final long fixedBytes;
    private final List<byte[]> fragments;
    private final Set<String> expectedReasons;

    /**
     * Creates the test.
     *
     * @param files how many files
     * @param fixedBytes the readers' buffers, and an exception with its stack
     * @param fragments what is put into files, among other things
     * @param expectedReasons parts of the sentences of which each must come at least once
     */
    protected MutatedFilesTest(int files, long fixedBytes, List<byte[]> fragments, Set<String> expectedReasons) {
        this.files = files;
        this.fixedBytes = fixedBytes;
        this.fragments = fragments;
        this.expectedReasons = expectedReasons;
    }

    /** Returns a damaged file. */
    protected abstract byte[] mutant(Random random, Mutations mutations);

    /** Reads a file. */
    protected abstract NamedTensors read(ByteSource bytes);

    /** Checks that a tensor of a file that was read is of no more than the file's size allows. */
    protected abstract void requireBounded(StoredTensor tensor, int fileBytes);

    /** Checks the classes that are loaded when all files have been read. */
    protected void requireHarmless(Set<String> classes) {}

    @Test
    @Timeout(900) // against a reader that never ends
    void endInTensorsOrInOurException() {
        // The first run of any code loads classes of our own and of the JDK.
        run(new Random(SEED + 1), WARM_UP, new HashMap<>());
        Set<String> before = Watched.classes();
        Map<String, Integer> reasons = new HashMap<>();
        int accepted = run(new Random(SEED), files, reasons);
        Set<String> after = Watched.classes();
        requireHarmless(after);
        after.removeAll(before);
        assertThat(after).as("classes loaded on the way").isEmpty();
        assertThat(accepted).as("mutants that are still valid").isGreaterThan(files / 50);
        assertThat(reasons.keySet()).as("reasons to refuse").containsAll(expectedReasons);
    }

    private int run(Random random, int count, Map<String, Integer> reasons) {
        Mutations mutations = new Mutations(random, fragments);
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
                    reason = readAll(read(new HeapBytes(bytes)), bytes.length);
                    accepted++;
                }
                String found = reason.orElse("");
                expectedReasons.stream()
                        .filter(found::contains)
                        .forEach(words -> reasons.merge(words, 1, Integer::sum));
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "Mutant " + i + " ended in " + e + ": " + HexFormat.of().formatHex(bytes), e);
            }
        }
        return accepted;
    }

    private Optional<String> refusal(byte[] bytes) {
        try {
            read(new HeapBytes(bytes));
            return Optional.empty();
        } catch (TensorFileException e) {
            assertThat(e.getMessage()).startsWith(FILE.name() + ": ");
            return Optional.of(e.getMessage());
        }
    }

    private long most(byte[] bytes) {
        return fixedBytes + BYTES_PER_BYTE * bytes.length;
    }

    /** Takes every tensor's bytes; returns why one could not be inflated, if so. */
    private Optional<String> readAll(NamedTensors tensors, int fileBytes) {
        Optional<String> reason = Optional.empty();
        for (StoredTensor tensor : tensors.all()) {
            requireBounded(tensor, fileBytes);
            long before = Watched.direct();
            try {
                long bytes = tensor.slices(tensor.type().bytes()).stream()
                        .mapToLong(ByteBuffer::remaining)
                        .sum();
                assertThat(bytes).isEqualTo(tensor.byteSize());
            } catch (TensorFileException e) {
                assertThat(e.getMessage()).startsWith(FILE.name() + ": ").containsAnyOf("deflated bytes", "CRC-32");
                reason = Optional.of(e.getMessage());
            }
            assertThat(Watched.direct() - before)
                    .as("direct memory, with the copies that a file on the heap needs")
                    .isLessThanOrEqualTo(2 * tensor.byteSize() + 2L * fileBytes);
        }
        return reason;
    }
}
