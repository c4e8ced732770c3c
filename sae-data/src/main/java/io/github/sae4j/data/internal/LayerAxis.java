package io.github.sae4j.data.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.data.activations.InputRequirements;
import io.github.sae4j.data.activations.Layout;
import java.util.Arrays;

/** The axis of the layers of a set in a file, the last before the columns. */
public final class LayerAxis {

    private LayerAxis() {}

    /**
     * Returns how the rows of a file are arranged that is read for a set of layers.
     *
     * @param file the file's name, for the message
     * @param stored how its shape arranges them
     * @param columns how many columns it has
     * @param what what they are, for the message
     * @param expected the set
     * @throws DataException if the file has no axis of tokens, or none of as many layers as the set
     */
    public static Layout of(String file, Layout stored, int columns, String what, InputRequirements expected) {
        long[] shape = stored.featureShape(columns);
        int layers = expected.layers();
        if (shape.length < 3 || shape[shape.length - 2] != layers) {
            throw new DataException(
                    Reason.MISMATCH,
                    file + " has the shape " + Arrays.toString(shape) + ", but " + expected.name()
                            + " is a set of layers and takes [tokens, layers = " + layers + ", " + what + " = "
                            + columns + "]. One layer by itself is an SAE.");
        }
        return stored.withoutLast().withLayers(layers);
    }
}
