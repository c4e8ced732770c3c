package io.github.sae4j.examples;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

/**
 * A small SAE in a folder, and a file of activations that it explains.
 *
 * @param content what is in it
 * @param folder the SAE
 * @param file the activations
 */
record SmallSae(RandomSae content, Path folder, Path file) {

    private static final long ACTIVATION_SEED = 2;

    static SmallSae in(Path folder, int tokens) {
        RandomSae content = new RandomSae(64, 256, StoredType.FLOAT32, 4, 1);
        SmallSae small = new SmallSae(content, folder.resolve("sae"), folder.resolve("activations.safetensors"));
        content.write(small.folder);
        content.writeActivations(small.file, tokens, ACTIVATION_SEED);
        return small;
    }

    SparseAutoencoder open() {
        return SAE.fromDisk(folder);
    }

    float[][] activations(int tokens) {
        return content.activations(tokens, ACTIVATION_SEED);
    }

    SparseFeatures features(int tokens) {
        try (SparseAutoencoder sae = open()) {
            return sae.encode(activations(tokens));
        }
    }
}
