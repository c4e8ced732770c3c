package io.github.sae4j.examples;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * Sets one feature to a value and switches another off, in every token. What the SAE does not explain of an activation stays
 * in it: {@code x' = x + decode(edited) - decode(features)}. Encoded again it gives other values than those that were set, for
 * the directions of features overlap.
 */
public final class SteerAndAblate {

    private static final int TOKENS = 8;

    private SteerAndAblate() {}

    public static void main(String[] args) {
        if (args.length != 5) {
            throw new IllegalArgumentException("Arguments: SAE ACTIVATIONS STEERED-FEATURE VALUE ABLATED-FEATURE");
        }
        int steered = Integer.parseInt(args[2]);
        float value = Float.parseFloat(args[3]);
        int ablated = Integer.parseInt(args[4]);
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]));
                ActivationReader reader = Activations.from(Path.of(args[1])).openFor(sae)) {
            float[][] activations = reader.batches(TOKENS).iterator().next().rows();
            SparseFeatures before = sae.encode(activations);
            SparseFeatures edited = before.with(steered, value).without(ablated);
            SparseFeatures after = sae.encode(moved(sae, activations, before, edited));
            for (int token = 0; token < after.tokens(); token++) {
                System.out.printf(
                        "token %d: feature %d from %.3f to %.3f, feature %d from %.3f to %.3f%n",
                        token,
                        steered,
                        before.value(token, steered),
                        after.value(token, steered),
                        ablated,
                        before.value(token, ablated),
                        after.value(token, ablated));
            }
        }
    }

    /** Returns the activations as the edited features have them, {@code [tokens][d_in]}. */
    static float[][] moved(
            SparseAutoencoder sae, float[][] activations, SparseFeatures features, SparseFeatures edited) {
        if (sae.config().isTranscoder()) {
            throw new IllegalArgumentException("A transcoder decodes to other activations than those that it encodes.");
        }
        float[][] from = sae.decode(features);
        float[][] to = sae.decode(edited);
        float[][] moved = new float[activations.length][];
        for (int token = 0; token < moved.length; token++) {
            moved[token] = activations[token].clone();
            for (int i = 0; i < moved[token].length; i++) {
                moved[token][i] += to[token][i] - from[token][i];
            }
        }
        return moved;
    }
}
