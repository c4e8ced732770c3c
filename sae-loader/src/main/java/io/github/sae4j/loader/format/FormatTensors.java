package io.github.sae4j.loader.format;

import io.github.sae4j.core.WeightMatrix;
import java.util.List;

/**
 * The tensors of a file, each of which is read or inert when the format is done. Every method that names a tensor throws a
 * {@link io.github.sae4j.loader.SaeLoadException} with what was expected and found where it is missing, of another shape or type,
 * or holds NaN or infinity that the user does not let through. While an SAE is only described, numbers of matrices and vectors are
 * zeros, so nothing but sizes may depend on them. For one thread.
 *
 * <pre>{@code
 * final class MyWeights {
 *
 *     static FormatParts read(SaeConfig config, FormatTensors tensors) {
 *         WeightMatrix encoder = tensors.transposed("encoder.weight", config.dIn(), config.dSae());
 *         float[] bias = tensors.inert("of the training", "steps").vector("encoder.bias", config.dSae());
 *         return FormatParts.encoderOnly(config, encoder, Relu.of(bias), "Its decoder was not published.");
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface FormatTensors {

    /** Returns the names of the tensors, in the file's order. */
    List<String> names();

    /**
     * Returns the sizes of a tensor as it is stored.
     *
     * @param name the tensor
     */
    long[] shape(String name);

    /**
     * Returns a matrix, over the file's own pages where they can be used.
     *
     * @param name the tensor, stored as {@code [rows, columns]}
     * @param rows how many rows it must have
     * @param columns how many columns it must have
     */
    WeightMatrix matrix(String name, int rows, int columns);

    /**
     * Returns a matrix that is stored as its transpose; no byte is moved.
     *
     * @param name the tensor, stored as {@code [columns, rows]}
     * @param rows how many rows the result must have
     * @param columns how many columns the result must have
     */
    WeightMatrix transposed(String name, int rows, int columns);

    /**
     * Returns a vector, widened or rounded to float32.
     *
     * @param name the tensor
     * @param length how many numbers it must have
     */
    float[] vector(String name, int length);

    /**
     * Returns the only number of a tensor; it is read in a description too.
     *
     * @param name the tensor
     */
    float number(String name);

    /**
     * Says that tensors are known and change nothing; those that are not there do not matter.
     *
     * @param reason why, as in {@code of the training}
     * @param names the tensors
     * @return this
     */
    FormatTensors inert(String reason, String... names);
}
