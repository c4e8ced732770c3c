package com.example;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.Arrays;

public final class App {
    public static void main(String[] args) {
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]))) {
            float[] activation = new float[sae.config().dIn()];
            Arrays.fill(activation, 1f);
            SparseFeatures features = sae.encode(activation);
            float[][] back = sae.decode(features);
            features.top(0, 3).forEach(f -> System.out.printf("%d %.3f%n", f.index(), f.value()));
            System.out.printf(
                    "%d of %d features; %d numbers back; %s kernel%n",
                    features.activeCount(), features.dSae(), back[0].length, sae.kernel());
        }
    }
}
