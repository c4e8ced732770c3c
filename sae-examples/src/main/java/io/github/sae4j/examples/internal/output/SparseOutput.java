package io.github.sae4j.examples.internal.output;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.examples.internal.input.Layout;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Features in compressed sparse rows: {@code indptr} int64 {@code [tokens + 1]}, {@code indices} int32 and
 * {@code values} float32, and each token's {@code scale} and {@code shift} where decoding needs them.
 *
 * <p>How many features will be active is known only at the end, so the numbers wait in temporary files until then.
 */
public final class SparseOutput implements FeatureOutput {

    private final OutputFile target;
    private final long[] shape;
    private final Supplier<Provenance> provenance;
    private final Map<String, Column> columns = new LinkedHashMap<>();
    private final Numbers numbers = new Numbers();
    private long active;

    /** A tensor of one axis whose length is not known yet. */
    private record Column(Dtype dtype, Spool spool) {

        TensorSpec spec(String name) {
            return new TensorSpec(name, dtype, spool.size() * Byte.SIZE / dtype.bits());
        }
    }

    private SparseOutput(OutputFile target, long[] shape, Supplier<Provenance> provenance) {
        this.target = target;
        this.shape = shape;
        this.provenance = provenance;
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param layout how the tokens are arranged
     * @param config the SAE that makes the features
     * @param provenance where they come from; asked for at the end
     */
    public static SparseOutput create(
            OutputFile target, Layout layout, SaeConfig config, Supplier<Provenance> provenance) {
        SparseOutput output = new SparseOutput(target, layout.featureShape(config.dSae()), provenance);
        try {
            output.add("indptr", Dtype.I64);
            output.add("indices", Dtype.I32);
            output.add("values", Dtype.F32);
            for (String factor : TokenFactor.names(config)) {
                output.add(factor, Dtype.F32);
            }
            output.append("indptr", new long[] {0});
            return output;
        } catch (RuntimeException e) {
            output.close();
            throw e;
        }
    }

    private void add(String name, Dtype dtype) {
        columns.put(name, new Column(dtype, Spool.beside(target)));
    }

    private Spool spool(String name) {
        Column column = columns.get(name);
        if (column == null) {
            throw new IllegalStateException("There is no column " + name + ".");
        }
        return column.spool();
    }

    private void append(String name, long[] values) {
        numbers.longs(values, spool(name)::append);
    }

    @Override
    public void write(SparseFeatures features) {
        long[] ends = new long[features.tokens()];
        for (int token = 0; token < ends.length; token++) {
            active += features.activeCount(token);
            ends[token] = active;
        }
        append("indptr", ends);
        numbers.ints(features.indices(), spool("indices")::append);
        numbers.floats(features.values(), spool("values")::append);
        InverseTransform inverse = features.inverseTransform();
        for (String name : columns.keySet()) {
            float[] factor = TokenFactor.of(name, inverse);
            if (factor != null) {
                numbers.floats(FloatBuffer.wrap(factor), spool(name)::append);
            }
        }
    }

    @Override
    public void commit() {
        List<TensorSpec> tensors = new ArrayList<>();
        columns.forEach((name, column) -> tensors.add(column.spec(name)));
        try (StagedTensors file =
                StagedTensors.create(target, tensors, provenance.get().metadata(shape))) {
            columns.forEach((name, column) -> column.spool().copyTo(file, name));
            file.commit();
        }
    }

    @Override
    public void close() {
        columns.values().forEach(column -> column.spool().close());
    }
}
