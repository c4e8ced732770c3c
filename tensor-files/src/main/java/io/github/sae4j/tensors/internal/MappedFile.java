package io.github.sae4j.tensors.internal;

import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an open file, mapped where they lie.
 *
 * <p>A file below 2 GiB is mapped once; of a larger one, each window is mapped when it is asked for. Maps stay valid after
 * the file is closed and go when the garbage collector finds them.
 */
public final class MappedFile implements ByteSource, AutoCloseable {

    private final ErrorContext context;
    private final FileChannel channel;
    private final long length;
    private @Nullable ByteBuffer whole;
    private volatile boolean closed;

    private MappedFile(ErrorContext context, FileChannel channel, long length) {
        this.context = context;
        this.channel = channel;
        this.length = length;
    }

    /**
     * Opens a file, without reading it.
     *
     * @throws TensorFileException if there is no such file, it is not a regular file, or it may not be read
     */
    public static MappedFile open(Path path) {
        ErrorContext context = ErrorContext.of(path);
        try {
            if (!Files.isRegularFile(path) && Files.exists(path)) {
                throw context.fault(Reason.UNREADABLE, "this is not a regular file.");
            }
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return new MappedFile(context, channel, channel.size());
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw context.fault(Reason.NO_SUCH_FILE, "there is no such file.", e);
        } catch (IOException e) {
            throw context.unreadable(e);
        }
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long reach(long offset) {
        Objects.checkIndex(offset, length);
        return length - offset;
    }

    @Override
    public ByteBuffer slice(long offset, int count) {
        Objects.checkFromIndexSize(offset, count, length);
        requireOpen();
        if (count == 0) {
            return ByteBuffer.allocateDirect(0).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
        }
        ByteBuffer window = length <= Integer.MAX_VALUE ? whole().slice((int) offset, count) : map(offset, count);
        return window.order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void read(long offset, ByteBuffer target) {
        Objects.checkFromIndexSize(offset, target.remaining(), length);
        requireOpen();
        readFully(offset, target);
    }

    private synchronized ByteBuffer whole() {
        if (whole == null) {
            whole = map(0, (int) length);
        }
        return whole;
    }

    /** One at a time: threads that map one channel can wait for each other for ever if one of them is interrupted. */
    private synchronized ByteBuffer map(long offset, int count) {
        try {
            if (channel.size() < offset + count) {
                throw cutShort();
            }
            return channel.map(MapMode.READ_ONLY, offset, count);
        } catch (UnsupportedOperationException e) {
            // Some file systems have no maps; the bytes are the same in memory.
            ByteBuffer copy = ByteBuffer.allocateDirect(count);
            readFully(offset, copy);
            return copy.flip().asReadOnlyBuffer();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void readFully(long offset, ByteBuffer target) {
        try {
            long at = offset;
            while (target.hasRemaining()) {
                int count = channel.read(target, at);
                if (count < 0) {
                    throw cutShort();
                }
                at += count;
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException(context + ": the file is closed.");
        }
    }

    private TensorFileException failed(IOException e) {
        requireOpen();
        return context.unreadable(e);
    }

    private TensorFileException cutShort() {
        return context.fault(
                Reason.CHANGED, "the file has become shorter than the " + length + " bytes it had when it was opened.");
    }

    /** Closes the file; maps handed out before stay valid. A second call does nothing. */
    @Override
    public void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw context.fault(Reason.UNREADABLE, "the file cannot be closed (" + e.getMessage() + ").", e);
        }
    }
}
