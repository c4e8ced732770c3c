package io.github.sae4j.core;

import java.util.Arrays;

/**
 * How the axes of an array of activations are to be read.
 *
 * @param leading the axes before the one (or, with heads, two) that hold a token's activation
 * @param tokens the product of the leading axes
 * @param heads the number of attention heads or segments that are laid side by side, 0 if the activation is flat
 */
@SuppressWarnings("ArrayRecordComponent")
record ActivationShape(long[] leading, int tokens, int heads) {

    private static final long TOO_MANY = Integer.MAX_VALUE - 7;

    /**
     * Reads the shape of activations that are to be encoded.
     *
     * @param segments how many segments there must be where they are not laid side by side, 0 for any number
     */
    static ActivationShape ofActivations(long[] shape, SaeConfig config, int segments) {
        int axes = shape.length;
        if (axes > 0 && shape[axes - 1] == config.dIn()) {
            return of(shape, axes - 1, 0);
        }
        if (config.reshape() != Reshape.NONE && !config.isTranscoder()) {
            if (axes > 1
                    && shape[axes - 2] > 0
                    && shape[axes - 2] * shape[axes - 1] == config.dIn()
                    && (segments == 0 || shape[axes - 2] == segments)) {
                return of(shape, axes - 2, (int) shape[axes - 2]);
            }
            throw new SaeException("The activations have the shape " + Arrays.toString(shape)
                    + ", but the last axis, or the last two together (" + lastAxes(config, segments)
                    + "), must be d_in = " + config.dIn() + ".");
        }
        throw new SaeException("The activations have the shape " + Arrays.toString(shape)
                + ", but the last axis must be d_in = " + config.dIn() + ".");
    }

    private static String lastAxes(SaeConfig config, int segments) {
        if (config.reshape() == Reshape.HOOK_Z) {
            return "heads and d_head";
        }
        return segments == 0 ? "segments and their width" : segments + " segments and their width";
    }

    /** Checks the shape of activations that are encoded sequence by sequence. */
    static void requireSequences(long[] shape, SaeConfig config) {
        if (shape.length != 3 || shape[2] != config.dIn()) {
            throw new SaeException("The activations have the shape " + Arrays.toString(shape)
                    + ", but this SAE predicts each token from those before it, so it takes [batch, sequence, d_in = "
                    + config.dIn() + "].");
        }
    }

    /** Reads the shape of dense features that are to be decoded. */
    static ActivationShape ofFeatures(long[] shape, SaeConfig config) {
        if (shape.length == 0 || shape[shape.length - 1] != config.dSae()) {
            throw new SaeException("The features have the shape " + Arrays.toString(shape)
                    + ", but the last axis must be d_sae = " + config.dSae() + ".");
        }
        return of(shape, shape.length - 1, 0);
    }

    private static ActivationShape of(long[] shape, int leadingAxes, int heads) {
        long tokens = 1;
        for (int axis = 0; axis < leadingAxes; axis++) {
            tokens = Math.min(tokens * Math.min(shape[axis], TOO_MANY), TOO_MANY);
        }
        if (tokens == TOO_MANY) {
            throw new SaeException(
                    SaeException.Reason.TOO_LARGE,
                    "The shape " + Arrays.toString(shape)
                            + " has more tokens than one call takes: pass fewer than 2147483640 at a time.");
        }
        return new ActivationShape(Arrays.copyOf(shape, leadingAxes), (int) tokens, heads);
    }

    /** Returns the shape of decoded activations. */
    static long[] decoded(long[] leading, int heads, int dOut) {
        long[] shape = Arrays.copyOf(leading, leading.length + (heads > 0 ? 2 : 1));
        if (heads > 0) {
            shape[leading.length] = heads;
            shape[leading.length + 1] = dOut / heads;
        } else {
            shape[leading.length] = dOut;
        }
        return shape;
    }
}
