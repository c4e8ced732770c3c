package io.github.sae4j.loader.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.loader.SAE;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptHashesTest {

    private static final String ONE = "1".repeat(64);
    private static final String TWO = "2".repeat(64);

    /** Milliseconds; the system counts times in ticks of a few, and what is written after so many is of another one. */
    private static final int TICK = 50;

    @TempDir
    Path folder;

    private Path weights;
    private Path hashes;

    @BeforeEach
    void makeALargeFile() throws Exception {
        weights = folder.resolve("weights");
        hashes = folder.resolve("cache/hashes");
        ofSize(weights, KeptHashes.SMALLEST);
        assumeTrue(
                Set.of("ext4", "xfs", "btrfs")
                        .contains(Files.getFileStore(weights).type()),
                "the file system of temporary files is not one for which hashes are kept");
        Thread.sleep(TICK);
    }

    @Test
    void isReadOnceWhileTheFileStaysAsItIs() {
        assertThat(later().of(weights, () -> ONE)).isEqualTo(ONE);
        assertThat(later().of(weights, KeptHashesTest::notAsked)).isEqualTo(ONE);
        assertThat(KeptHashes.in(hashes).of(weights, KeptHashesTest::notAsked)).isEqualTo(ONE);
    }

    @Test
    void isThatOfTheFileBehindALink() throws IOException {
        later().of(weights, () -> ONE);
        Path link = Files.createSymbolicLink(folder.resolve("link"), weights);

        assertThat(later().of(link, KeptHashesTest::notAsked)).isEqualTo(ONE);
    }

    @Test
    void isTakenAnewOfAFileThatWasWrittenAndGivenItsOldTimeBack() throws IOException {
        later().of(weights, () -> ONE);
        FileTime time = Files.getLastModifiedTime(weights);
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.write(1);
        }
        Files.setLastModifiedTime(weights, time);

        assertThat(later().of(weights, () -> TWO)).isEqualTo(TWO);
        assertThat(later().of(weights, KeptHashesTest::notAsked)).isEqualTo(TWO);
    }

    @Test
    void isTakenAnewOfAnotherFileWithTheSameNameSizeAndTime() throws IOException {
        later().of(weights, () -> ONE);
        Path other = ofSize(folder.resolve("other"), KeptHashes.SMALLEST);
        Files.setLastModifiedTime(other, Files.getLastModifiedTime(weights));
        Files.move(other, weights, StandardCopyOption.REPLACE_EXISTING);

        assertThat(later().of(weights, () -> TWO)).isEqualTo(TWO);
    }

    @Test
    void isNotKeptOfAFileThatWasWrittenAMomentAgo() throws IOException {
        Instant changed = ((FileTime) Files.getAttribute(weights, "unix:ctime")).toInstant();
        Clock soon = Clock.fixed(
                changed.plus(KeptHashes.SETTLED).minusMillis(1),
                Clock.systemUTC().getZone());

        assertThat(new KeptHashes(hashes, soon).of(weights, () -> ONE)).isEqualTo(ONE);
        assertThat(later().of(weights, () -> TWO)).isEqualTo(TWO);
    }

    @Test
    void isNotKeptOfAFileThatIsWrittenWhileItIsRead() {
        later().of(weights, () -> {
            try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
                file.write(1);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return ONE;
        });

        assertThat(later().of(weights, () -> TWO)).isEqualTo(TWO);
    }

    /** Its first write moves the file's times on, and its second one does not, as long as the page is not on the disk. */
    @Test
    void isTakenAnewOfAFileThatAProgramWritesToThroughItsMapping() throws Exception {
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer mapped = channel.map(FileChannel.MapMode.READ_WRITE, 0, 1);
            mapped.put(0, (byte) 1);
            later().of(weights, () -> ONE);
            Thread.sleep(TICK);
            mapped.put(0, (byte) 2);

            assertThat(later().of(weights, () -> TWO)).isEqualTo(TWO);
        }
    }

    @Test
    void isNotKeptInAFileSystemThatIsNotKnownToTellOfEachWrite() throws IOException {
        Path memory = Path.of("/dev/shm");
        assumeTrue(
                Files.isWritable(memory) && Files.getFileStore(memory).type().equals("tmpfs"),
                "there is no file system in memory");
        Path file = Files.createTempFile(memory, "weights", "");
        try {
            assertThat(later().of(ofSize(file, KeptHashes.SMALLEST), () -> ONE)).isEqualTo(ONE);
            assertThat(hashes).doesNotExist();
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void isTheSourcesOfAnSaeThatIsOpenedWithTheFolder() throws IOException {
        Path sae = folder.resolve("sae");
        RandomSae.main(
                new String[] {sae.toString(), "--d-in", "1024", "--d-sae", "4096", "--dtype", "bfloat16", "--seed", "1"
                });
        Path file = sae.resolve("sae_weights.safetensors");
        assertThat(Files.size(file)).isGreaterThan(KeptHashes.SMALLEST);
        later().of(file, () -> ONE);

        try (SparseAutoencoder kept = SAE.from(sae).keepHashesIn(hashes).open();
                SparseAutoencoder read = SAE.fromDisk(sae)) {
            assertThat(kept.source().sha256()).contains(ONE);
            assertThat(read.source().sha256().orElseThrow()).hasSize(64).isNotEqualTo(ONE);
        }
    }

    @Test
    void isNotKeptOfASmallFile() throws IOException {
        Path small = ofSize(folder.resolve("small"), KeptHashes.SMALLEST - 1);

        assertThat(later().of(small, () -> ONE)).isEqualTo(ONE);
        assertThat(hashes).doesNotExist();
    }

    @Test
    void isTakenAnewWhereWhatIsKeptCannotBeUnderstood() throws IOException {
        for (String text : List.of("", "x", ONE, ONE + " ", "x ".repeat(1 << 20))) {
            later().of(weights, () -> ONE);
            Files.writeString(kept(), text);

            assertThat(later().of(weights, () -> TWO)).as(text).isEqualTo(TWO);
            Files.delete(kept());
        }
        later().of(weights, () -> ONE);
        Files.writeString(kept(), Files.readString(kept()).replaceFirst(ONE, "nothing"));
        assertThat(later().of(weights, () -> TWO)).isEqualTo(TWO);
    }

    @Test
    void isTakenWhereTheFolderCannotBeMade() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(new KeptHashes(file.resolve("hashes"), inAnHour()).of(weights, () -> ONE))
                .isEqualTo(ONE);
    }

    private KeptHashes later() {
        return new KeptHashes(hashes, inAnHour());
    }

    private static Clock inAnHour() {
        return Clock.offset(Clock.systemUTC(), Duration.ofHours(1));
    }

    private Path kept() throws IOException {
        try (Stream<Path> files = Files.list(hashes)) {
            return files.findFirst().orElseThrow();
        }
    }

    private static Path ofSize(Path file, long bytes) throws IOException {
        try (RandomAccessFile made = new RandomAccessFile(file.toFile(), "rw")) {
            made.setLength(bytes);
        }
        return file;
    }

    private static String notAsked() {
        throw new AssertionError("The file is read although it is as it was.");
    }
}
