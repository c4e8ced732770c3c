package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.safetensors.internal.StagedFile;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/** A file of bytes in the making that disappears unless it is committed, also when the process is interrupted. */
public final class GuardedFile implements LineSink {

    private static final int BUFFER_BYTES = 1 << 16;

    private final OutputFile target;
    private final StagedFile file;
    private final Guarded<StagedFile> guarded;
    private final OutputStream stream;

    private GuardedFile(OutputFile target) {
        this.target = target;
        this.guarded = new Guarded<>(() -> staged(target), GuardedFile::delete);
        this.file = guarded.made();
        this.stream = new BufferedOutputStream(new Appending(), BUFFER_BYTES);
    }

    public static GuardedFile beside(OutputFile target) {
        return new GuardedFile(target);
    }

    private static StagedFile staged(OutputFile target) {
        try {
            return StagedFile.create(target.path());
        } catch (SafetensorsException e) {
            throw new DataException(Reason.UNWRITABLE, target.path() + ": no file can be written in its folder.", e);
        }
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
        return DataException.of(Reason.UNWRITABLE, target.path(), "cannot be written", e);
    }

    private static IOException cause(SafetensorsException e) {
        return e.getCause() instanceof IOException cause ? cause : new IOException("it was given up", e);
    }

    /** Brings all bytes to the disk, and checks that nobody else has made a file of the target's name meanwhile. */
    @Override
    public void finish() {
        try {
            stream.flush();
            file.flush();
        } catch (IOException e) {
            throw failed(e);
        } catch (SafetensorsException e) {
            throw failed(cause(e));
        }
        target.requireStillFree();
    }

    /** Gives the file the target's name; to be called after {@link #finish}. */
    @Override
    public void commit() {
        target.requireStillFree();
        guarded.commit(() -> {
            try {
                file.commit();
            } catch (SafetensorsException e) {
                throw failed(cause(e));
            }
        });
    }

    @Override
    public Optional<WrittenFile> made() {
        return Optional.of(target.made());
    }

    /** Moves a finished file to another name of the same file system. */
    public static void move(Path from, Path to) {
        try {
            StagedFile.rename(from, to);
        } catch (IOException e) {
            throw DataException.of(Reason.UNWRITABLE, to, "cannot be written", e);
        }
    }

    private static void delete(StagedFile file) {
        try {
            file.close();
        } catch (SafetensorsException e) {
            throw new DataException(Reason.UNWRITABLE, String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        guarded.close();
    }

    /** Appends to the file. */
    private final class Appending extends OutputStream {

        private long position;

        @Override
        public void write(int oneByte) throws IOException {
            write(new byte[] {(byte) oneByte}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int count) throws IOException {
            try {
                file.write(position, ByteBuffer.wrap(bytes, offset, count));
            } catch (SafetensorsException e) {
                throw cause(e);
            }
            position += count;
        }
    }
}
