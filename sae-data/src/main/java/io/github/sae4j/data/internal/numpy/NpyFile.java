package io.github.sae4j.data.internal.numpy;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.tensors.InputChannel;
import io.github.sae4j.data.internal.tensors.StoredTensor;
import io.github.sae4j.data.internal.tensors.TensorFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** A NumPy {@code .npy} file, versions 1 to 3, of floating-point numbers in row-major order. */
public final class NpyFile implements TensorFile {

    private final InputChannel channel;
    private final long dataOffset;
    private final NpyHeader header;

    private NpyFile(InputChannel channel, long dataOffset, NpyHeader header) {
        this.channel = channel;
        this.dataOffset = dataOffset;
        this.header = header;
    }

    /**
     * Opens a file and checks its header against its length.
     *
     * @param path the file
     * @throws DataException if it is not such a file or cannot be read
     */
    public static NpyFile open(Path path) {
        InputChannel channel = InputChannel.open(path);
        try {
            return read(channel);
        } catch (IOException e) {
            channel.close();
            throw DataException.of(path, "cannot be read", e);
        } catch (RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static NpyFile read(InputChannel channel) throws IOException {
        NpyStart start = NpyStart.read(channel.toString(), channel.fromStart(), channel.size());
        NpyHeader header = start.header();
        long found = channel.size() - start.bytes();
        if (start.activationBytes() != found) {
            throw new DataException(channel + ": its shape " + header.shape() + " of " + header.dtype() + " takes "
                    + start.activationBytes() + " bytes, but the file has " + found + ".");
        }
        return new NpyFile(channel, start.bytes(), header);
    }

    @Override
    public List<StoredTensor> tensors() {
        return List.of(new StoredTensor(
                null,
                header.dtype(),
                header.type(),
                header.order(),
                header.shape(),
                (offset, target) -> channel.read(dataOffset + offset, target)));
    }

    @Override
    public void close() {
        channel.close();
    }
}
