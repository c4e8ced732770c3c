package io.github.sae4j.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** One open file under many threads, some of which are interrupted, and under other programs. */
class SharedFileTest {

    private static final int THREADS = 8;
    private static final int READS_EACH = 2_000;
    private static final int BYTES = 100_000;

    @TempDir
    Path folder;

    private final byte[] content = new byte[BYTES];
    private Path path;

    @BeforeEach
    void writeAFile() {
        new Random(3).nextBytes(content);
        path = folder.resolve("shared.safetensors");
        write(path, content);
    }

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private static void write(Path target, byte[] content) {
        List<TensorSpec> tensors = List.of(new TensorSpec("bytes", Dtype.U8, content.length));
        try (SafetensorsWriter writer = SafetensorsWriter.create(target, tensors, Map.of())) {
            writer.write("bytes", ByteBuffer.wrap(content));
            writer.commit();
        }
    }

    private static void assertRefused(Reason reason, ThrowingCallable call) {
        SafetensorsException refused = catchThrowableOfType(SafetensorsException.class, call);
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).as(refused.getMessage()).isEqualTo(reason);
    }

    @Test
    @Timeout(600) // against threads that wait for each other
    void failsOnlyInTheThreadsThatAreInterrupted() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            TensorView tensor = file.tensor("bytes");
            List<Future<Integer>> interrupts = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long seed = thread;
                interrupts.add(threads.submit(() -> readAtRandom(tensor, new Random(seed))));
            }
            int interrupted = 0;
            for (Future<Integer> future : interrupts) {
                interrupted += future.get();
            }
            assertThat(interrupted).isPositive();
        } finally {
            threads.shutdownNow();
        }
    }

    /** The JDK has threads that wait for one another if one is interrupted while others map the same channel. */
    @Test
    void mapsInManyThreadsOfWhichSomeAreInterrupted() throws Exception {
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        SafetensorsFile file = SafetensorsFile.open(path);
        TensorView tensor = file.tensor("bytes");
        for (int thread = 0; thread < THREADS; thread++) {
            Thread mapping = new Thread(() -> mapAgainAndAgain(tensor));
            mapping.setDaemon(true);
            mapping.setUncaughtExceptionHandler((failed, failure) -> failures.add(failure));
            threads.add(mapping);
            mapping.start();
        }
        for (Thread mapping : threads) {
            mapping.join(600_000);
            // Closing the file would wait for such threads too.
            assertThat(mapping.getState()).isEqualTo(Thread.State.TERMINATED);
        }
        file.close();
        assertThat(failures).isEmpty();
    }

    private void mapAgainAndAgain(TensorView tensor) {
        for (int i = 0; i < READS_EACH; i++) {
            if (i % 3 == 0) {
                Thread.currentThread().interrupt();
                assertRefused(Reason.INTERRUPTED, tensor::slice);
                Thread.interrupted();
            } else {
                assertThat(tensor.slice(i, 100)).isEqualTo(ByteBuffer.wrap(content, i, 100));
            }
        }
    }

    private int readAtRandom(TensorView tensor, Random random) {
        int interrupted = 0;
        for (int i = 0; i < READS_EACH; i++) {
            int offset = random.nextInt(BYTES - 100);
            ByteBuffer expected = ByteBuffer.wrap(content, offset, 100);
            if (random.nextInt(50) == 0) {
                Thread.currentThread().interrupt();
                assertRefused(Reason.INTERRUPTED, () -> tensor.read(offset, ByteBuffer.allocate(100)));
                assertThat(Thread.interrupted()).as("interrupt flag").isTrue();
                interrupted++;
            } else if (random.nextInt(10) == 0) {
                assertThat(tensor.slice(offset, 100)).isEqualTo(expected);
            } else {
                ByteBuffer target = ByteBuffer.allocate(100);
                tensor.read(offset, target);
                assertThat(target.flip()).isEqualTo(expected);
            }
        }
        return interrupted;
    }

    @Test
    void isUsableAfterAnInterruptedMap() {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Thread.currentThread().interrupt();
            assertRefused(Reason.INTERRUPTED, () -> file.tensor("bytes").slice());
            assertThat(Thread.interrupted()).isTrue();
            assertThat(file.tensor("bytes").slice()).isEqualTo(ByteBuffer.wrap(content));
        }
    }

    @Test
    void isNotOpenedByAnInterruptedThread() {
        Thread.currentThread().interrupt();
        assertRefused(Reason.INTERRUPTED, () -> SafetensorsFile.open(path));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void isNotTakenForAnotherThatGotItsName() throws IOException {
        Path other = folder.resolve("other.safetensors");
        write(other, new byte[BYTES + 1]);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            Thread.currentThread().interrupt();
            assertRefused(Reason.INTERRUPTED, () -> file.tensor("bytes").read(0, ByteBuffer.allocate(1)));
            assertThat(Thread.interrupted()).isTrue();
            Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
            assertRefused(Reason.FILE_CHANGED, () -> file.tensor("bytes").read(0, ByteBuffer.allocate(1)));
            Files.delete(path);
            assertRefused(Reason.FILE_CHANGED, () -> file.tensor("bytes").slice());
        }
    }

    @Test
    void isFoundCutShortBeforeItIsMappedOrRead() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            try (FileChannel vandal = FileChannel.open(path, StandardOpenOption.WRITE)) {
                vandal.truncate(50_000);
            }
            TensorView tensor = file.tensor("bytes");
            assertRefused(Reason.FILE_CHANGED, tensor::slice);
            assertRefused(Reason.FILE_CHANGED, () -> tensor.read(40_000, ByteBuffer.allocate(20_000)));
            ByteBuffer target = ByteBuffer.allocate(100);
            tensor.read(0, target);
            assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(content, 0, 100));
        }
    }

    @Test
    void isClosedForAllThreads() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            threads.submit(file::close).get();
            assertThatIllegalStateException()
                    .isThrownBy(() -> file.tensor("bytes").slice());
        } finally {
            threads.shutdownNow();
        }
    }
}
