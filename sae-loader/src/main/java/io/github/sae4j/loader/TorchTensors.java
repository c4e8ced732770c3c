package io.github.sae4j.loader;

import io.github.sae4j.loader.internal.torchfile.TorchFile;
import java.nio.file.Path;
import java.util.List;

/**
 * The tensors of a file that PyTorch's {@code torch.save} wrote, {@code .pt} or {@code .pth}: a dictionary of tensors and
 * plain values, or a single tensor.
 *
 * <p>Nothing in the file is ever run: names are compared as texts, and whatever tensors do not need is refused. Opening
 * reads no numbers. Safe for use by several threads.
 */
public final class TorchTensors implements AutoCloseable {

    private final TorchFile file;

    private TorchTensors(TorchFile file) {
        this.file = file;
    }

    /**
     * Opens a file and checks each tensor against the bytes that are there.
     *
     * @param path the file
     * @return an open file, to be closed by the caller
     * @throws SaeLoadException if it is not there, cannot be read, is not such a file, or holds anything but tensors and
     *     plain values
     */
    public static TorchTensors open(Path path) {
        return new TorchTensors(TorchFile.openAny(path));
    }

    /**
     * Returns all tensors in the order of the file. In dictionaries within the dictionary, names are joined with dots; a
     * single tensor without a dictionary has an empty name.
     */
    public List<TorchTensor> tensors() {
        return file.tensors().stream().map(TorchTensor::new).toList();
    }

    /** Closes the file; buffers that its tensors have handed out stay valid. A second call does nothing. */
    @Override
    public void close() {
        file.close();
    }
}
