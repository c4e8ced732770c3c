package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.List;

/**
 * Hands on the strongest features of each token.
 *
 * @param sink gets them, and is closed with this
 * @param most how many of each token
 */
record StrongestOnly(FeatureSink sink, int most) implements FeatureSink {

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        sink.write(tokens, features.topK(most));
    }

    @Override
    public void finish() {
        sink.finish();
    }

    @Override
    public void commit() {
        sink.commit();
    }

    @Override
    public List<WrittenFile> made() {
        return sink.made();
    }

    @Override
    public List<String> remarks() {
        return sink.remarks();
    }

    @Override
    public void close() {
        sink.close();
    }
}
