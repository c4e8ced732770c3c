package io.github.sae4j.loader.internal.container;

import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An open file of named tensors, whatever its format.
 *
 * <p>Opening checks the file's structure and reads no weights. Bytes that {@link StoredTensor#slices} has handed out stay
 * valid after the file is closed; new ones cannot be had.
 */
public interface TensorFile extends AutoCloseable {

    /** Returns the path that the file was opened by. */
    Path path();

    /** Returns all tensors, in the order of the file. */
    List<StoredTensor> tensors();

    /**
     * Returns a tensor.
     *
     * @param name its exact name
     * @throws SaeLoadException if the file has no tensor of that name, with the names that it has, or has something of
     *     that name that cannot be used as a tensor, with the reason
     */
    StoredTensor tensor(String name);

    /** Returns whether the file has a tensor of that exact name. */
    boolean contains(String name);

    /**
     * Returns the plain values that have names beside the tensors: texts, truth values, whole numbers as
     * {@code BigInteger}, others as {@code Double}; none in most formats.
     */
    Map<String, Object> values();

    /** Returns the names of what is no tensor that can be used, each with the sentence that says why. */
    Map<String, String> unusable();

    /** Closes the file. A second call does nothing. */
    @Override
    void close();
}
