package io.github.sae4j.examples;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.features.FeatureSink;
import io.github.sae4j.data.features.FeatureStream;
import io.github.sae4j.loader.SAE;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Encodes a file of any size in memory that does not grow with it, and writes a Parquet file of features. A batch is encoded
 * while the next is read and the one before is written; the file takes its name when it is complete.
 */
public final class StreamLargeFile {

    private static final int BATCH_TOKENS = 1024;

    private StreamLargeFile() {}

    public static void main(String[] args) {
        if (args.length != 3) {
            throw new IllegalArgumentException("Arguments: SAE ACTIVATIONS FEATURES.parquet");
        }
        try (SparseAutoencoder sae = SAE.fromDisk(Path.of(args[0]));
                ActivationReader reader = Activations.from(Path.of(args[1])).openFor(sae);
                FeatureSink sink = FeatureSink.to(Path.of(args[2]), FeatureStream.of(reader, sae))) {
            long tokens = reader.layout().tokens();
            AtomicLong done = new AtomicLong();
            EncodingPass pass = EncodingPass.of(reader, sae, BATCH_TOKENS);
            pass.encodeNext(
                    tokens,
                    batch -> {
                        long before = done.getAndAdd(batch);
                        long percent = 100 * (before + batch) / tokens;
                        if (percent > 100 * before / tokens) {
                            System.out.println(percent + " % of " + tokens + " tokens");
                        }
                    },
                    sink::write);
            sink.publish();
            sink.made().forEach(file -> System.out.println(file.name() + ": " + file.bytes() + " bytes"));
        }
    }
}
