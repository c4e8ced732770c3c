package io.github.sae4j.safetensors.internal;

import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/** A file that is written under a temporary name beside its target and takes the target's name when it is whole. */
public final class StagedFile implements AutoCloseable {

    private static final int ATTEMPTS_FOR_A_NAME = 100;

    private final Path target;
    private final Path staged;
    private final FileChannel channel;
    private boolean durable;
    private boolean done;

    private StagedFile(Path target, Path staged, FileChannel channel) {
        this.target = target;
        this.staged = staged;
        this.channel = channel;
    }

    /**
     * Creates the temporary file, empty.
     *
     * @throws SafetensorsException if the target is something other than a regular file, or its folder does not exist
     *     or cannot be written to
     */
    public static StagedFile create(Path target) {
        if (target.getFileName() == null || (Files.exists(target) && !Files.isRegularFile(target))) {
            throw new SafetensorsException(
                    Reason.NOT_A_FILE, target + ": this is not a regular file, so it cannot be replaced by one.");
        }
        Path folder = target.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new SafetensorsException(Reason.NO_SUCH_FILE, target + ": its folder does not exist.");
        }
        try {
            for (int attempt = 1; ; attempt++) {
                // A short name of its own, for a long target's name with a suffix could exceed what the system allows.
                // Not Files.createTempFile, which would keep the finished file from other users.
                Path staged = folder.resolve(String.format(
                        ".safetensors-%016x.tmp", ThreadLocalRandom.current().nextLong()));
                try {
                    FileChannel channel =
                            FileChannel.open(staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                    return new StagedFile(target, staged, channel);
                } catch (FileAlreadyExistsException e) {
                    if (attempt == ATTEMPTS_FOR_A_NAME) {
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new SafetensorsException(
                    Reason.IO, target + ": no file can be written in its folder (" + SystemAnswer.of(e) + ").", e);
        }
    }

    /** Returns the path that the file will have in the end. */
    public Path target() {
        return target;
    }

    /**
     * Writes all remaining bytes of a buffer.
     *
     * @param position where the first of them goes
     * @throws SafetensorsException if writing fails
     * @throws IllegalStateException if the file is closed or committed
     */
    public void write(long position, ByteBuffer bytes) {
        requireOpen();
        try {
            durable = false;
            long next = position;
            while (bytes.hasRemaining()) {
                next += channel.write(bytes, next);
            }
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    /**
     * Brings the bytes to the disk and gives the file the target's name.
     *
     * @return the target
     * @throws SafetensorsException if it cannot be put in the target's place
     * @throws IllegalStateException if the file is closed or committed
     */
    public Path commit() {
        requireOpen();
        try {
            force();
            // Windows renames no open file.
            channel.close();
            rename(staged, target);
        } catch (IOException e) {
            throw failed("finished", e);
        }
        done = true;
        return target;
    }

    /**
     * Brings the bytes to the disk, so that {@link #commit} has only to rename the file.
     *
     * @throws SafetensorsException if the bytes cannot be written
     * @throws IllegalStateException if the file is closed or committed
     */
    public void flush() {
        requireOpen();
        try {
            force();
        } catch (IOException e) {
            throw failed("written", e);
        }
    }

    private void force() throws IOException {
        if (!durable) {
            channel.force(true);
            durable = true;
        }
    }

    /**
     * Gives a finished file another name of the same file system, in one step where that has such.
     *
     * @throws IOException if the system refuses
     */
    public static void rename(Path from, Path to) throws IOException {
        try {
            // Some file systems replace nothing without being told to, whatever an atomic move implies.
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void requireOpen() {
        if (done) {
            throw new IllegalStateException(target + ": the writer is closed.");
        }
    }

    private SafetensorsException failed(String verb, IOException e) {
        if (e instanceof ClosedByInterruptException) {
            return new SafetensorsException(
                    Reason.INTERRUPTED, target + ": the thread was interrupted while the file was written.", e);
        }
        return new SafetensorsException(
                Reason.IO, target + ": the file cannot be " + verb + " (" + SystemAnswer.of(e) + ").", e);
    }

    /** Deletes the temporary file if it was not committed. A second call does nothing. */
    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        try {
            channel.close();
            Files.deleteIfExists(staged);
        } catch (IOException e) {
            throw new SafetensorsException(
                    Reason.IO,
                    target + ": the temporary file " + staged + " cannot be deleted (" + SystemAnswer.of(e) + ").",
                    e);
        }
    }
}
