package io.github.sae4j.loader.internal;

import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.internal.FileStamp;
import io.github.sae4j.safetensors.internal.StagedFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SHA-256 of large files that are kept in a folder, so that the next process need not read them.
 *
 * <p>One counts until the machine is started anew, for the same file of the same file system, with the same size and the same
 * times of its last write and of its last change. The last of these is the system's own: programs do not set it, and what
 * writes to a file moves it on.
 *
 * <p>What cannot be kept or read costs time only, and is taken anew.
 */
public final class KeptHashes {

    private static final Logger LOG = LoggerFactory.getLogger(KeptHashes.class);

    /** What a smaller file takes is not worth a file of its own. */
    static final long SMALLEST = 16 << 20;

    /**
     * How long a file must have been left alone: what is written to it later has other times then, even where a file system
     * counts them in seconds, and what was written is on the disk, so that nobody waits for that.
     */
    static final Duration SETTLED = Duration.ofMinutes(1);

    /** Those of which Linux's own code is known to do so; an overlay shows the times of what lies below, whatever that is. */
    private static final Set<String> FILE_SYSTEMS = Set.of("ext4", "xfs", "btrfs");

    /** Tells one start of the machine from another. */
    private static final Path START = Path.of("/proc/sys/kernel/random/boot_id");

    private static final KeptHashes NONE = new KeptHashes(null, Clock.systemUTC());

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int LONGEST = 256;

    private final @Nullable Path folder;
    private final Clock clock;

    KeptHashes(@Nullable Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Returns what keeps nothing. */
    public static KeptHashes none() {
        return NONE;
    }

    /**
     * Returns those of a folder.
     *
     * @param folder is made when there is something to keep
     */
    public static KeptHashes in(Path folder) {
        return new KeptHashes(folder, Clock.systemUTC());
    }

    /**
     * Returns the SHA-256 of a file.
     *
     * @param file is followed if it is a link
     * @param read takes it of the file's bytes, where none is kept
     */
    String of(Path file, Supplier<String> read) {
        @Nullable Path home = folder;
        @Nullable Stamp before = home == null ? null : Stamp.of(file);
        if (home == null || before == null) {
            return read.get();
        }
        Path kept = home.resolve(before.fileName());
        return kept(kept, before).orElseGet(() -> {
            boolean tells = before.isSettled(clock.instant()) && isOnDisk(file);
            String hash = read.get();
            if (tells && before.equals(Stamp.of(file))) {
                keep(kept, hash, before);
            }
            return hash;
        });
    }

    private static Optional<String> kept(Path file, Stamp stamp) {
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
                return Optional.empty();
            }
            String[] line = Files.readString(file).strip().split(" ", 2);
            boolean counts = line.length == 2
                    && line[1].equals(stamp.text())
                    && SHA256.matcher(line[0]).matches();
            return counts ? Optional.of(line[0]) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static void keep(Path file, String hash, Stamp stamp) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            try (StagedFile staged = StagedFile.create(file)) {
                byte[] line = (hash + " " + stamp.text() + "\n").getBytes(StandardCharsets.US_ASCII);
                staged.write(0, ByteBuffer.wrap(line));
                staged.commit();
            }
        } catch (IOException | SafetensorsException | UnsupportedOperationException | SecurityException e) {
            LOG.debug("A SHA-256 cannot be kept: {}", e.getMessage());
        }
    }

    /**
     * Writes what is to be written to a file. A program that has mapped it may write to a page that is to be written without
     * giving the file new times; from here on it gives it some.
     */
    private static boolean isOnDisk(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            channel.force(true);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What tells whether a file is the one that was hashed, as it was.
     *
     * @param name which file of which file system it is
     * @param modified when it was written last, which programs can set
     * @param changed when it was changed last, which they do not
     * @param start which start of the machine this is
     */
    private record Stamp(String name, long size, FileTime modified, FileTime changed, String start) {

        /** Returns that of a file as it is now, or null if it is small, or its file system is none whose times tell. */
        static @Nullable Stamp of(Path file) {
            try {
                FileStamp now = FileStamp.of(file);
                @Nullable Object key = now.key();
                return now.size() >= SMALLEST
                                && key != null
                                && FILE_SYSTEMS.contains(
                                        Files.getFileStore(file).type())
                                && Files.getAttribute(file, "unix:ctime") instanceof FileTime changed
                        ? new Stamp(
                                key.toString(),
                                now.size(),
                                now.modified(),
                                changed,
                                Files.readString(START).strip())
                        : null;
            } catch (IOException | UnsupportedOperationException | IllegalArgumentException | SecurityException e) {
                return null;
            }
        }

        boolean isSettled(Instant now) {
            Instant since = now.minus(SETTLED);
            return modified.toInstant().isBefore(since) && changed.toInstant().isBefore(since);
        }

        String fileName() {
            return name.replaceAll("^\\W+|\\W+$", "").replaceAll("\\W+", "-");
        }

        String text() {
            return size + " " + modified.to(TimeUnit.NANOSECONDS) + " " + changed.to(TimeUnit.NANOSECONDS) + " "
                    + start;
        }
    }
}
