package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.OutputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Numbers of which it is not known beforehand how many there will be, kept in a temporary file beside the target.
 *
 * <p>The operating system deletes the file with the channel, however the process ends.
 */
public final class Spool implements AutoCloseable {

    private static final int COPY_BYTES = 1 << 20;

    private final Path target;
    private final FileChannel channel;

    private Spool(Path target, FileChannel channel) {
        this.target = target;
        this.channel = channel;
    }

    public static Spool beside(OutputFile target) {
        return at(target.path().resolveSibling(hidden()), target.path());
    }

    /**
     * Keeps numbers in a folder.
     *
     * @param folder where
     * @param target what they are for, named in sentences
     */
    public static Spool in(Path folder, Path target) {
        return at(folder.resolve(hidden()), target);
    }

    private static String hidden() {
        return ".sae-" + UUID.randomUUID() + ".tmp";
    }

    private static Spool at(Path path, Path target) {
        try {
            return new Spool(
                    target,
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE));
        } catch (IOException e) {
            throw new DataException(Reason.UNWRITABLE, target + ": no file can be written in its folder.", e);
        }
    }

    public void append(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    public long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /**
     * Hands everything on, from the first byte; can be done again.
     *
     * @param sink takes all of a little-endian buffer, in pieces that split no number
     */
    public void copyTo(Consumer<ByteBuffer> sink) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(COPY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long size = size();
        try {
            for (long position = 0; position < size; position += bytes.limit()) {
                bytes.clear().limit((int) Math.min(COPY_BYTES, size - position));
                while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {
                    // A read may bring less than there is room for.
                }
                sink.accept(bytes.flip());
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private DataException failed(IOException e) {
        return DataException.of(Reason.UNWRITABLE, target, "cannot be written", e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
