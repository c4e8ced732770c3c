package io.github.sae4j.safetensors.internal;

import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.SafetensorsException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one open file, for many threads at once.
 *
 * <p>The JDK closes a file channel under everybody when one reading thread is interrupted. Here only that thread sees a
 * failure; for the others the file is opened again, provided that it is still the same file.
 */
public final class FileBytes implements RandomAccessBytes, AutoCloseable {

    private final Path path;
    private final Identity identity;
    private final Object lock = new Object();
    private final Object mapping = new Object();
    private FileChannel channel;
    private boolean closed;

    private FileBytes(Path path, FileChannel channel, Identity identity) {
        this.path = path;
        this.channel = channel;
        this.identity = identity;
    }

    /** What tells a file from another one that took its place; the key is null where file systems have none. */
    private record Identity(
            long length, FileTime modified, @Nullable Object key) {}

    private interface Use<T> {
        T on(FileChannel channel) throws IOException;
    }

    /**
     * Opens a file for reading.
     *
     * @throws SafetensorsException if there is no such file, it is not a regular file, or it cannot be read
     */
    public static FileBytes open(Path path) {
        try {
            if (!Files.isRegularFile(path) && Files.exists(path)) {
                throw new SafetensorsException(Reason.NOT_A_FILE, path + ": this is not a regular file.");
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new FileBytes(path, channel, identityOf(path));
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new SafetensorsException(Reason.NO_SUCH_FILE, path + ": there is no such file.", e);
        } catch (ClosedByInterruptException e) {
            throw interrupted(path, e);
        } catch (IOException e) {
            throw new SafetensorsException(
                    Reason.IO, path + ": the file cannot be opened (" + SystemAnswer.of(e) + ").", e);
        }
    }

    private static Identity identityOf(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Identity(attributes.size(), attributes.lastModifiedTime(), attributes.fileKey());
    }

    /** Returns the path that the file was opened by. */
    public Path path() {
        return path;
    }

    @Override
    public long length() {
        return identity.length();
    }

    @Override
    public void read(long position, ByteBuffer target) {
        int start = target.position();
        int wanted = target.remaining();
        use("read", open -> {
            target.position(start);
            while (target.hasRemaining()) {
                if (open.read(target, position + (target.position() - start)) < 0) {
                    throw new SafetensorsException(
                            Reason.FILE_CHANGED,
                            path + ": the file ends before byte " + (position + wanted)
                                    + ". It was cut short after it was opened.");
                }
            }
            return target;
        });
    }

    /**
     * Maps a part of the file, which stays valid after this object is closed.
     *
     * @param position the first byte
     * @param length how many bytes
     * @return a read-only direct buffer
     */
    public ByteBuffer map(long position, int length) {
        // To map, a channel takes the lock of its position. An interrupted thread that holds that lock waits for the
        // one that closes the channel, which waits for every thread inside, and these wait for the lock.
        synchronized (mapping) {
            return use("map", open -> mapped(open, position, length));
        }
    }

    private ByteBuffer mapped(FileChannel open, long position, int length) throws IOException {
        if (length == 0) {
            return ByteBuffer.allocateDirect(0).asReadOnlyBuffer();
        }
        if (open.size() < position + length) {
            throw new SafetensorsException(
                    Reason.FILE_CHANGED,
                    path + ": the file ends before byte " + (position + length)
                            + ". It was cut short after it was opened.");
        }
        try {
            return open.map(MapMode.READ_ONLY, position, length);
        } catch (UnsupportedOperationException e) {
            throw new SafetensorsException(
                    Reason.IO, path + ": its file system cannot map files; its tensors can only be read.", e);
        }
    }

    private <T> T use(String verb, Use<T> use) {
        while (true) {
            FileChannel open = openChannel();
            try {
                return use.on(open);
            } catch (ClosedByInterruptException e) {
                throw interrupted(path, e);
            } catch (ClosedChannelException e) {
                // Either this object was closed, which the next turn reports, or another thread was interrupted.
            } catch (IOException e) {
                throw new SafetensorsException(
                        Reason.IO,
                        path + ": the operating system failed to " + verb + " the file (" + SystemAnswer.of(e) + ").",
                        e);
            }
        }
    }

    private FileChannel openChannel() {
        synchronized (lock) {
            if (closed) {
                throw new IllegalStateException(path + ": the file is closed.");
            }
            if (!channel.isOpen()) {
                try {
                    FileChannel again = FileChannel.open(path, StandardOpenOption.READ);
                    if (!identityOf(path).equals(identity)) {
                        again.close();
                        throw new SafetensorsException(
                                Reason.FILE_CHANGED, path + ": the file was replaced while it was open.");
                    }
                    channel = again;
                } catch (IOException e) {
                    throw new SafetensorsException(
                            Reason.FILE_CHANGED,
                            path + ": the file had to be opened again after an interrupt, which failed ("
                                    + SystemAnswer.of(e) + ").",
                            e);
                }
            }
            return channel;
        }
    }

    private static SafetensorsException interrupted(Path path, IOException e) {
        return new SafetensorsException(Reason.INTERRUPTED, path + ": the thread was interrupted while reading.", e);
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            try {
                channel.close();
            } catch (IOException e) {
                throw new SafetensorsException(
                        Reason.IO, path + ": the file cannot be closed (" + SystemAnswer.of(e) + ").", e);
            }
        }
    }
}
