package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A NumPy {@code .npy} file, versions 1 to 3, of floating-point numbers in row-major order. */
final class NpyFile implements TensorFile {

    private final Path path;
    private final FileChannel channel;
    private final long dataOffset;
    private final NpyHeader header;

    private NpyFile(Path path, FileChannel channel, long dataOffset, NpyHeader header) {
        this.path = path;
        this.channel = channel;
        this.dataOffset = dataOffset;
        this.header = header;
    }

    /**
     * Opens a file and checks its header against its length.
     *
     * @param path the file
     * @throws CommandException if it is not such a file or cannot be read
     */
    static NpyFile open(Path path) {
        try {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
            try {
                return read(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw CommandException.of(path, "cannot be read", e);
        }
    }

    private static NpyFile read(Path path, FileChannel channel) throws IOException {
        NpyStart start = NpyStart.read(path.toString(), Channels.newInputStream(channel), channel.size());
        NpyHeader header = start.header();
        long found = channel.size() - start.bytes();
        if (start.activationBytes() != found) {
            throw new CommandException(path + ": its shape " + header.shape() + " of " + header.dtype() + " takes "
                    + start.activationBytes() + " bytes, but the file has " + found + ".");
        }
        return new NpyFile(path, channel, start.bytes(), header);
    }

    @Override
    public List<StoredTensor> tensors() {
        return List.of(
                new StoredTensor(null, header.dtype(), header.type(), header.order(), header.shape(), this::read));
    }

    private void read(long offset, ByteBuffer target) {
        try {
            fill(channel, target, dataOffset + offset);
        } catch (IOException e) {
            throw CommandException.of(path, "cannot be read", e);
        }
        if (target.hasRemaining()) {
            throw new CommandException(path + ": the file has become shorter while it was read.");
        }
    }

    private static void fill(FileChannel channel, ByteBuffer target, long position) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int count = channel.read(target, at);
            if (count < 0) {
                return;
            }
            at += count;
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw CommandException.of(path, "cannot be closed", e);
        }
    }
}
