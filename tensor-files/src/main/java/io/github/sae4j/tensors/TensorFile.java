package io.github.sae4j.tensors;

import io.github.sae4j.tensors.internal.ErrorContext;
import io.github.sae4j.tensors.internal.RemoteBytes;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An open file of named tensors, whatever its format: safetensors (one file, or several by their index), npy, npz, or what
 * PyTorch's {@code torch.save} writes.
 *
 * <pre>{@code
 * try (TensorFile file = TensorFile.open(Path.of("ae.pt"))) {
 *     for (Tensor tensor : file.tensors()) {
 *         System.out.println(tensor.name() + " " + tensor.type() + " " + Arrays.toString(tensor.shape()));
 *     }
 *     float[] bias = file.tensor("encoder.bias").toFloats();
 * }
 * }</pre>
 *
 * <p>Opening checks the file's structure and reads no elements. Nothing in a file is ever run: names in PyTorch's pickles are
 * compared as texts, and whatever tensors do not need is refused. In dictionaries within a dictionary, names are joined with
 * dots: the tensor {@code W_enc} of {@code state_dict} is {@code state_dict.W_enc}, and the first of the list {@code layers}
 * is {@code layers.0}.
 *
 * <p>Bytes that {@link Tensor#slices} has handed out stay valid after the file is closed; to ask for others ends in an
 * {@link IllegalStateException}. Safe for use by several threads.
 *
 * @since 0.1
 */
public final class TensorFile implements AutoCloseable {

    private final Path path;
    private final OpenedTensors opened;

    private TensorFile(Path path, OpenedTensors opened) {
        this.path = path;
        this.opened = opened;
    }

    /**
     * Opens a file of the format that its content tells; a file that tells none is taken for what its name says.
     *
     * @param path the file
     * @return an open file, to be closed by the caller
     * @throws TensorFileException if it is not there, cannot be read, is of no known format, or breaks a rule of its format
     */
    public static TensorFile open(Path path) {
        Objects.requireNonNull(path, "path");
        return new TensorFile(path, OpenedTensors.open(path));
    }

    /**
     * Opens a file that must be of one format.
     *
     * @param path the file
     * @param format the format
     * @return an open file, to be closed by the caller
     * @throws TensorFileException if it is not there, cannot be read, or breaks a rule of the format
     */
    public static TensorFile open(Path path, TensorFormat format) {
        Objects.requireNonNull(path, "path");
        return new TensorFile(path, OpenedTensors.open(path, Objects.requireNonNull(format, "format")));
    }

    /**
     * Opens a file that is not on this machine; of its elements those are fetched that are asked for.
     *
     * @param name what the file is called in sentences
     * @param length how many bytes it has
     * @param ranges fetches its bytes
     * @param format its format, which is not that of an index
     * @return an open file; closing it does nothing
     * @throws TensorFileException if its bytes cannot be fetched, or it breaks a rule of the format
     * @throws IllegalArgumentException if the format is {@link TensorFormat#SHARDED_SAFETENSORS}
     */
    public static TensorFile open(String name, long length, ByteRanges ranges, TensorFormat format) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(ranges, "ranges");
        Objects.requireNonNull(format, "format");
        ErrorContext context = new ErrorContext(name);
        RemoteBytes bytes = new RemoteBytes(context, length, ranges);
        return new TensorFile(Path.of(name), OpenedTensors.read(context, bytes, format, () -> {}));
    }

    /** Returns the path that the file was opened by; of a file elsewhere, its name. */
    public Path path() {
        return path;
    }

    /** Returns the file's format. */
    public TensorFormat format() {
        return opened.format();
    }

    /** Returns all tensors, in the order of the file. */
    public List<Tensor> tensors() {
        return List.copyOf(opened.named().all());
    }

    /**
     * Returns the tensor of a file that holds one alone and gives it no name, as npy files and those of PyTorch can; empty
     * where tensors have names.
     */
    public Optional<Tensor> single() {
        return opened.single()
                ? opened.named().all().stream().map(Tensor.class::cast).findFirst()
                : Optional.empty();
    }

    /**
     * Returns a tensor.
     *
     * @param name its exact name
     * @throws TensorFileException if the file has no tensor of that name, with the names that it has, or has something of
     *     that name that cannot be used as a tensor, with the reason ({@link TensorFileException.Reason#NO_SUCH_TENSOR})
     */
    public Tensor tensor(String name) {
        return opened.named().get(Objects.requireNonNull(name, "name"));
    }

    /**
     * Returns a tensor, or empty if the file has none of that name.
     *
     * @param name its exact name
     */
    public Optional<Tensor> find(String name) {
        Objects.requireNonNull(name, "name");
        return contains(name) ? Optional.of(tensor(name)) : Optional.empty();
    }

    /**
     * Returns whether the file has a tensor.
     *
     * @param name its exact name
     */
    public boolean contains(String name) {
        return opened.named().contains(Objects.requireNonNull(name, "name"));
    }

    /**
     * Returns the plain values that have names beside the tensors: texts, truth values, whole numbers as
     * {@code BigInteger}, others as {@code Double}; none in formats other than PyTorch's.
     */
    public Map<String, Object> values() {
        return opened.named().values();
    }

    /** Returns the names of what is no tensor that can be used, each with the sentence that says why. */
    public Map<String, String> unusable() {
        return opened.named().unusable();
    }

    /** Closes the file. A second call does nothing. */
    @Override
    public void close() {
        opened.closing().run();
    }
}
