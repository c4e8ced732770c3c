package io.github.sae4j.examples.internal.output;

import io.github.sae4j.examples.internal.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Numbers of which it is not known beforehand how many there will be, kept in a temporary file beside the target.
 *
 * <p>The operating system deletes the file with the channel, however the process ends.
 */
final class Spool implements AutoCloseable {

    private static final int COPY_BYTES = 1 << 20;

    private final OutputFile target;
    private final FileChannel channel;

    private Spool(OutputFile target, FileChannel channel) {
        this.target = target;
        this.channel = channel;
    }

    static Spool beside(OutputFile target) {
        Path path = target.path().resolveSibling(".sae-" + UUID.randomUUID() + ".tmp");
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
            throw new CommandException(target.path() + ": no file can be written in its folder.", e);
        }
    }

    void append(ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    long size() {
        try {
            return channel.size();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Writes everything to a tensor. */
    void copyTo(StagedTensors file, String tensor) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(COPY_BYTES);
        try {
            channel.position(0);
            while (channel.read(bytes.clear()) > 0) {
                file.write(tensor, bytes.flip());
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private CommandException failed(IOException e) {
        return CommandException.of(target.path(), "cannot be written", e);
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
