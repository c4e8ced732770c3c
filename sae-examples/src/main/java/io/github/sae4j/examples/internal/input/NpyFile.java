package io.github.sae4j.examples.internal.input;

import io.github.sae4j.examples.internal.CommandException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/** A NumPy {@code .npy} file, versions 1 to 3, of floating-point numbers in row-major order. */
final class NpyFile implements TensorFile {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_HEADER_BYTES = 1 << 16;

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
        ByteBuffer start = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        fill(channel, start, 0);
        start.flip();
        if (start.remaining() < 10 || !Arrays.equals(MAGIC, Arrays.copyOf(start.array(), MAGIC.length))) {
            throw new CommandException(path + ": this is not an npy file; it does not begin with \\x93NUMPY.");
        }
        int major = start.get(6);
        if (major < 1 || major > 3) {
            throw new CommandException(path + ": this npy file has version " + major + ", but 1, 2 and 3 are known.");
        }
        int lengthBytes = major == 1 ? 2 : 4;
        if (start.remaining() < 8 + lengthBytes) {
            throw new CommandException(path + ": the npy file ends within its header.");
        }
        long length = major == 1 ? start.getShort(8) & 0xffffL : start.getInt(8) & 0xffff_ffffL;
        long dataOffset = 8 + lengthBytes + length;
        if (length > MAX_HEADER_BYTES || dataOffset > channel.size()) {
            throw new CommandException(path + ": its npy header says that it is " + length
                    + " bytes long, but the file has " + channel.size() + ".");
        }
        ByteBuffer text = ByteBuffer.allocate((int) length);
        fill(channel, text, 8 + lengthBytes);
        NpyHeader header;
        try {
            header = NpyHeader.parse(new String(text.array(), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            throw new CommandException(path + ": " + e.getMessage(), e);
        }
        requireLength(path, header, channel.size() - dataOffset);
        return new NpyFile(path, channel, dataOffset, header);
    }

    private static void requireLength(Path path, NpyHeader header, long found) {
        long expected = header.type().bytes();
        try {
            for (long size : header.shape()) {
                expected = Math.multiplyExact(expected, size);
            }
        } catch (ArithmeticException e) {
            throw new CommandException(path + ": its shape " + header.shape() + " is larger than any file.", e);
        }
        if (expected != found) {
            throw new CommandException(path + ": its shape " + header.shape() + " of " + header.dtype() + " takes "
                    + expected + " bytes, but the file has " + found + ".");
        }
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
