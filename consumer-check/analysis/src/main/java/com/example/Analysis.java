package com.example;

import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;

public final class Analysis {
    public static void main(String[] args) {
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]));
                ActivationReader reader = Activations.from(Path.of(args[1])).openFor(sae);
                FeatureSink sink = FeatureSink.to(Path.of(args[2]), FeatureStream.of(reader, sae))) {
            ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
            for (TokenBatch batch : reader.batches(1024)) {
                SparseFeatures features = sae.encode(batch.rows());
                sink.write(batch, features);
                quality.add(batch, sae.decode(features));
            }
            sink.publish();
            System.out.printf("explained variance %.4f%n", quality.explainedVariance());
        }
    }
}
