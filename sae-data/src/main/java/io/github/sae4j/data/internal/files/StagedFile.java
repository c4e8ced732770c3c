package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.UUID;

/** A file of bytes in the making that disappears unless it is committed, also when the process is interrupted. */
public final class StagedFile implements LineSink {

    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputFile target;
    private final Path staged;
    private final ShutdownGuard guard;
    private final Object lock = new Object();
    private boolean closed;
    private final FileChannel channel;
    private final OutputStream stream;

    private StagedFile(OutputFile target) {
        this.target = target;
        this.staged = target.path().resolveSibling(".sae-" + UUID.randomUUID() + ".tmp");
        // The guard waits for the lock, so it sees either no file at all or one that it can delete.
        synchronized (lock) {
            this.guard = ShutdownGuard.of(this::abandon);
            try {
                this.channel = FileChannel.open(staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (IOException e) {
                closed = true;
                guard.close();
                throw new DataException(target.path() + ": no file can be written in its folder.", e);
            }
        }
        this.stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    public static StagedFile beside(OutputFile target) {
        return new StagedFile(target);
    }

    /** Returns where the bytes go; it need not be closed. */
    public OutputStream stream() {
        return stream;
    }

    /** Appends bytes. */
    public void write(ByteBuffer bytes) {
        byte[] piece = new byte[bytes.remaining()];
        bytes.get(piece);
        try {
            stream.write(piece);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Appends lines in UTF-8. */
    @Override
    public void append(CharSequence lines) {
        try {
            stream.write(lines.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Returns the exception for bytes that could not be written. */
    public DataException failed(IOException e) {
        return DataException.of(target.path(), "cannot be written", e);
    }

    /** Brings all bytes to the disk, and checks that nobody else has made a file of the target's name meanwhile. */
    @Override
    public void finish() {
        try {
            stream.flush();
            channel.force(true);
        } catch (IOException e) {
            throw failed(e);
        }
        target.requireStillFree();
    }

    /** Gives the file the target's name; to be called after {@link #finish}. */
    @Override
    public void commit() {
        target.requireStillFree();
        synchronized (lock) {
            if (closed) {
                throw new DataException(target.path() + ": cannot be written: it was given up.");
            }
            try {
                // Windows renames no open file.
                channel.close();
                rename(staged, target.path());
            } catch (IOException e) {
                throw failed(e);
            }
            closed = true;
        }
    }

    @Override
    public Optional<WrittenFile> made() {
        return Optional.of(target.made());
    }

    private static void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Moves a finished file to another name of the same file system. */
    public static void move(Path from, Path to) {
        try {
            rename(from, to);
        } catch (IOException e) {
            throw DataException.of(to, "cannot be written", e);
        }
    }

    private void abandon() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                channel.close();
                Files.deleteIfExists(staged);
            } catch (IOException e) {
                throw DataException.of(staged, "this temporary file cannot be deleted", e);
            }
        }
    }

    @Override
    public void close() {
        try {
            abandon();
        } finally {
            guard.close();
        }
    }
}
