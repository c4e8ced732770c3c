package io.github.sae4j.data.features;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.GuardedTensors;
import io.github.sae4j.data.internal.files.Numbers;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Features in a dense matrix: {@code features} float32 {@code [..., d_sae]}, and each token's {@code scale} and
 * {@code shift} where decoding needs them.
 *
 * <p>One row at a time is spread out, so no batch of dense features is ever in memory.
 */
final class DenseOutput implements FeatureSink {

    private static final String FEATURES = "features";

    private final GuardedTensors file;
    private final FeatureStream stream;
    private final float[] row;
    private final Numbers numbers = new Numbers();

    private DenseOutput(GuardedTensors file, FeatureStream stream) {
        this.file = file;
        this.stream = stream;
        this.row = new float[stream.config().dSae()];
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param stream what is written
     */
    static DenseOutput create(OutputFile target, FeatureStream stream) {
        long tokens = stream.layout().tokens();
        List<TensorSpec> tensors = new ArrayList<>();
        tensors.add(new TensorSpec(FEATURES, Dtype.F32, stream.shape()));
        stream.factors().forEach(name -> tensors.add(new TensorSpec(name, Dtype.F32, tokens)));
        if (stream.hasIds()) {
            tensors.add(new TensorSpec(FeatureStream.TOKEN_IDS, Dtype.I64, tokens));
        }
        return new DenseOutput(GuardedTensors.create(target, tensors, stream.metadata()), stream);
    }

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        for (int token = 0; token < features.tokens(); token++) {
            Arrays.fill(row, 0);
            for (int count = features.activeCount(token); count > 0; count--) {
                row[indices.get()] = values.get();
            }
            numbers.floats(FloatBuffer.wrap(row), bytes -> file.write(FEATURES, bytes));
        }
        if (stream.hasIds()) {
            numbers.longs(tokens.ids(), bytes -> file.write(FeatureStream.TOKEN_IDS, bytes));
        }
        InverseTransform inverse = features.inverseTransform();
        for (String name : stream.factors()) {
            float[] factor = TokenFactor.of(name, inverse);
            if (factor != null) {
                numbers.floats(FloatBuffer.wrap(factor), bytes -> file.write(name, bytes));
            }
        }
    }

    @Override
    public void finish() {
        file.requireTargetFree();
    }

    @Override
    public void commit() {
        file.commit();
    }

    @Override
    public List<WrittenFile> made() {
        return List.of(file.made());
    }

    @Override
    public void close() {
        file.close();
    }
}
