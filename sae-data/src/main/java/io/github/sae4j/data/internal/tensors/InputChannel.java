package io.github.sae4j.data.internal.tensors;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An open file whose bytes are read from any place. */
public final class InputChannel implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;

    private InputChannel(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    public static InputChannel open(Path path) {
        try {
            return new InputChannel(path, FileChannel.open(path, StandardOpenOption.READ));
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    /** Returns how many bytes the file has now. */
    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    /**
     * Fills the rest of a buffer.
     *
     * @throws DataException if the file cannot be read or ends before
     */
    public void read(long position, ByteBuffer target) {
        long at = position;
        try {
            while (target.hasRemaining()) {
                int count = channel.read(target, at);
                if (count < 0) {
                    throw new DataException(Reason.CHANGED, path + ": the file has become shorter while it was read.");
                }
                at += count;
            }
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be read", e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw DataException.of(Reason.UNREADABLE, path, "cannot be closed", e);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
