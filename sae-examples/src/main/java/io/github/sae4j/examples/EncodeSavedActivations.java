package io.github.sae4j.examples;

import io.github.sae4j.core.Feature;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * The smallest whole program: opens an SAE and a file of activations, prints the strongest features of the first tokens and
 * writes the features of all. {@code SAE.fromPretrained("layer_19")} opens a published SAE instead.
 */
public final class EncodeSavedActivations {

    private static final int SHOWN_TOKENS = 5;
    private static final int SHOWN_FEATURES = 3;

    private EncodeSavedActivations() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            throw new IllegalArgumentException("Arguments: SAE ACTIVATIONS FEATURES.npz");
        }
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]));
                ActivationReader reader = Activations.from(Path.of(args[1])).openFor(sae);
                FeatureSink sink = FeatureSink.to(Path.of(args[2]), FeatureStream.of(reader, sae))) {
            int token = 0;
            for (TokenBatch batch : reader.batches(1024)) {
                SparseFeatures features = sae.encode(batch.rows());
                for (; token < Math.min(SHOWN_TOKENS, features.tokens()); token++) {
                    System.out.println("token " + token);
                    for (Feature feature : features.top(token, SHOWN_FEATURES)) {
                        System.out.println("  feature " + feature.index() + ": " + feature.value());
                    }
                }
                sink.write(batch, features);
            }
            sink.publish();
        }
    }
}
