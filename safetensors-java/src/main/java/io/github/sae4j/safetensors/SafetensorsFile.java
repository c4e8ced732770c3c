package io.github.sae4j.safetensors;

import io.github.sae4j.safetensors.SafetensorsException.Reason;
import io.github.sae4j.safetensors.internal.FileBytes;
import io.github.sae4j.safetensors.internal.Header;
import io.github.sae4j.safetensors.internal.HeaderReader;
import io.github.sae4j.safetensors.internal.Quoted;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * An open safetensors file.
 *
 * <p>Opening reads the header and checks every rule of the format; the tensors' bytes are not touched before they are
 * asked for. A file is safe for use by several threads.
 *
 * <pre>{@code
 * try (SafetensorsFile file = SafetensorsFile.open(Path.of("sae_weights.safetensors"))) {
 *     TensorView encoder = file.tensor("W_enc");
 *     ByteBuffer bytes = encoder.slice(); // the file's own pages, read-only
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class SafetensorsFile implements AutoCloseable {

    private static final int NAMES_IN_A_MESSAGE = 8;

    private final FileBytes file;
    private final Map<String, String> metadata;
    private final Map<String, TensorView> tensors;

    private SafetensorsFile(FileBytes file, Header header) {
        this.file = file;
        this.metadata = header.metadata();
        this.tensors = new LinkedHashMap<>();
        for (Header.Tensor tensor : header.tensors()) {
            tensors.put(tensor.name(), new TensorView(file, header, tensor));
        }
    }

    /**
     * Opens a file and checks that it keeps every rule of the format.
     *
     * @param path a regular file
     * @return an open file, to be closed by the caller
     * @throws SafetensorsException if the file is not there, cannot be read or breaks a rule;
     *     {@link SafetensorsException#reason()} says which
     */
    public static SafetensorsFile open(Path path) {
        FileBytes file = FileBytes.open(Objects.requireNonNull(path, "path"));
        try {
            return new SafetensorsFile(file, HeaderReader.read(path.toString(), file));
        } catch (Throwable e) {
            file.close();
            throw e;
        }
    }

    /** Returns the path that the file was opened by. */
    public Path path() {
        return file.path();
    }

    /** Returns the free text under {@code __metadata__}, unmodifiable, in the order of the file; empty if none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** Returns all tensors in the order in which their bytes lie in the file. */
    public List<TensorView> tensors() {
        return List.copyOf(tensors.values());
    }

    /**
     * Returns whether the file has a tensor.
     *
     * @param name the tensor's exact name
     */
    public boolean contains(String name) {
        return tensors.containsKey(Objects.requireNonNull(name, "name"));
    }

    /**
     * Returns a tensor.
     *
     * @param name the tensor's exact name
     * @throws SafetensorsException with {@link Reason#NO_SUCH_TENSOR} and names that are there, if this one is not
     */
    public TensorView tensor(String name) {
        TensorView tensor = tensors.get(Objects.requireNonNull(name, "name"));
        if (tensor == null) {
            throw noSuchTensor(path(), name, tensors.keySet());
        }
        return tensor;
    }

    static SafetensorsException noSuchTensor(Path path, String name, Collection<String> present) {
        String some = present.stream().limit(NAMES_IN_A_MESSAGE).map(Quoted::of).collect(Collectors.joining(", "));
        String more =
                present.size() > NAMES_IN_A_MESSAGE ? " and " + (present.size() - NAMES_IN_A_MESSAGE) + " more" : "";
        return new SafetensorsException(
                Reason.NO_SUCH_TENSOR,
                path + ": there is no tensor " + Quoted.of(name) + ". "
                        + (present.isEmpty() ? "There are none." : "There are: " + some + more + "."));
    }

    /**
     * Closes the file. Maps handed out before stay valid; new ones and reads end in an {@link IllegalStateException} from
     * now on. A second call does nothing.
     */
    @Override
    public void close() {
        file.close();
    }
}
