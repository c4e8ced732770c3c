package io.github.sae4j.examples.internal.output;

import io.github.sae4j.examples.internal.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Numbers of which it is not known beforehand how many there will be, kept in a temporary file beside the target.
 *
 * <p>The file is gone when the spool is closed, also when the process is interrupted.
 */
final class Spool implements AutoCloseable {

    private static final int COPY_BYTES = 1 << 20;

    private final OutputFile target;
    private final ShutdownGuard guard;
    private final Object lock = new Object();
    private final Path path;
    private final FileChannel channel;

    private Spool(OutputFile target) {
        this.target = target;
        synchronized (lock) {
            this.guard = ShutdownGuard.of(this::delete);
            try {
                Path folder = target.path().toAbsolutePath().getParent();
                this.path = Files.createTempFile(folder, ".sae-", ".tmp");
                this.channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            } catch (IOException e) {
                guard.close();
                throw new CommandException(target.path() + ": no file can be written in its folder.", e);
            }
        }
    }

    static Spool beside(OutputFile target) {
        return new Spool(target);
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
        return new CommandException(target.path() + ": cannot be written: " + e.getMessage() + ".", e);
    }

    private void delete() {
        synchronized (lock) {
            try {
                channel.close();
                Files.deleteIfExists(path);
            } catch (IOException e) {
                throw new CommandException(path + ": this temporary file could not be deleted.", e);
            }
        }
    }

    @Override
    public void close() {
        delete();
        guard.close();
    }
}
