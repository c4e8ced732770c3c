package io.github.sae4j.hub;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write one blob, held by one thread of one process at a time.
 *
 * <p>Between threads it is a semaphore, since a Java process cannot lock a file twice; between Java processes it is a
 * lock on the file. Python's client locks otherwise and is not kept out: what is written must be safe beside it. The
 * file stays when the lock is given up, as Python leaves it: deleting it would let two processes hold two files of one
 * name.
 */
final class CacheLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CacheLock.class);
    private static final Map<Path, Turn> TURNS = new ConcurrentHashMap<>();
    private static final String NO_LOCKS = "{} cannot be locked ({}): going on without keeping other processes out.";
    private static final long POLL_MILLIS = 50;
    private static final Duration LOG_EVERY = Duration.ofSeconds(10);

    private final Path file;
    private final Semaphore turn;
    private final @Nullable FileChannel channel;

    private CacheLock(Path file, Semaphore turn, @Nullable FileChannel channel) {
        this.file = file;
        this.turn = turn;
        this.channel = channel;
    }

    /** Whose turn it is among this process's threads, and how many hold it or wait for it. */
    private record Turn(Semaphore semaphore, int users) {}

    /**
     * Waits for the lock.
     *
     * @param lockFile the lock's file, which need not exist
     * @throws IOException if the file cannot be made
     * @throws InterruptedException if the thread was interrupted; the lock is not held then
     */
    static CacheLock acquire(Path lockFile) throws IOException, InterruptedException {
        Path file = lockFile.toAbsolutePath();
        long since = System.nanoTime();
        Semaphore turn = enter(file);
        try {
            while (!turn.tryAcquire(LOG_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                logWaiting(file, since);
            }
        } catch (InterruptedException e) {
            leave(file);
            throw e;
        }
        try {
            return new CacheLock(file, turn, lockedChannel(file, since));
        } catch (IOException | InterruptedException | RuntimeException e) {
            turn.release();
            leave(file);
            throw e;
        }
    }

    /** Returns the lock if nobody holds it, else null. */
    static @Nullable CacheLock tryAcquire(Path lockFile) throws IOException {
        Path file = lockFile.toAbsolutePath();
        Semaphore turn = enter(file);
        if (!turn.tryAcquire()) {
            leave(file);
            return null;
        }
        FileChannel channel;
        try {
            channel = open(file);
        } catch (IOException | RuntimeException e) {
            giveUp(file, turn, null);
            throw e;
        }
        try {
            if (tryLock(channel)) {
                return new CacheLock(file, turn, channel);
            }
        } catch (IOException e) {
            LOG.warn(NO_LOCKS, file, e.getMessage());
            close(file, channel);
            return new CacheLock(file, turn, null);
        }
        giveUp(file, turn, channel);
        return null;
    }

    /** Returns whether other processes are kept out, which not every file system can do. */
    boolean excludesProcesses() {
        return channel != null;
    }

    @Override
    public void close() {
        giveUp(file, turn, channel);
    }

    private static Semaphore enter(Path file) {
        return TURNS.compute(
                        file,
                        (path, turn) -> turn == null
                                ? new Turn(new Semaphore(1), 1)
                                : new Turn(turn.semaphore(), turn.users() + 1))
                .semaphore();
    }

    private static void leave(Path file) {
        TURNS.computeIfPresent(
                file, (path, turn) -> turn.users() == 1 ? null : new Turn(turn.semaphore(), turn.users() - 1));
    }

    private static void giveUp(Path file, Semaphore turn, @Nullable FileChannel channel) {
        if (channel != null) {
            close(file, channel);
        }
        turn.release();
        leave(file);
    }

    private static void close(Path file, FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("{} could not be closed: {}", file, e.toString());
        }
    }

    /** Returns the channel that holds the file's lock, or null if the file system has no locks. */
    private static @Nullable FileChannel lockedChannel(Path file, long since) throws IOException, InterruptedException {
        FileChannel channel = open(file);
        boolean locked = false;
        try {
            long logged = since;
            while (!locked) {
                locked = tryLock(channel);
                if (!locked) {
                    if (System.nanoTime() - logged > LOG_EVERY.toNanos()) {
                        logged = System.nanoTime();
                        logWaiting(file, since);
                    }
                    Thread.sleep(POLL_MILLIS);
                }
            }
            return channel;
        } catch (ClosedByInterruptException e) {
            throw new InterruptedException("interrupted while waiting for " + file);
        } catch (IOException e) {
            LOG.warn(NO_LOCKS, file, e.getMessage());
            return null;
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            // Another class loader of this process holds it.
            return false;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException e) {
            return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        } catch (IOException | UnsupportedOperationException e) {
            // Disks of other systems have no permissions, and some say so only when asked.
            LOG.trace("{} keeps the permissions it has", file);
        }
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static void logWaiting(Path file, long since) {
        LOG.info(
                "Waiting for {} since {}: another download of the same file is under way.",
                file,
                Wording.duration(Duration.ofNanos(System.nanoTime() - since)));
    }
}
