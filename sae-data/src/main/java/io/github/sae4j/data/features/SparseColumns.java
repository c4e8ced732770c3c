package io.github.sae4j.data.features;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.Numbers;
import io.github.sae4j.data.internal.files.Spool;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Features in compressed sparse rows in the making: {@code indptr} int64, {@code indices} int32, {@code values} float32,
 * each token's {@code scale} and {@code shift} where decoding needs them, and its id where that is known.
 *
 * <p>How many features will be active is known only at the end, so the numbers wait in temporary files until then.
 */
final class SparseColumns implements AutoCloseable {

    static final String INDPTR = "indptr";
    static final String INDICES = "indices";
    static final String VALUES = "values";

    private final Map<String, Column> columns = new LinkedHashMap<>();
    private final Numbers numbers = new Numbers();
    private long active;

    /** A tensor of one axis whose length is not known yet. */
    private record Column(Dtype dtype, Spool spool) {

        TensorSpec spec(String name) {
            return new TensorSpec(name, dtype, spool.size() * Byte.SIZE / dtype.bits());
        }
    }

    private SparseColumns() {}

    static SparseColumns create(OutputFile target, FeatureStream stream) {
        SparseColumns columns = new SparseColumns();
        try {
            columns.add(target, INDPTR, Dtype.I64);
            columns.add(target, INDICES, Dtype.I32);
            columns.add(target, VALUES, Dtype.F32);
            for (String factor : stream.factors()) {
                columns.add(target, factor, Dtype.F32);
            }
            if (stream.hasIds()) {
                columns.add(target, FeatureStream.TOKEN_IDS, Dtype.I64);
            }
            columns.numbers.longs(new long[] {0}, columns.spool(INDPTR)::append);
            return columns;
        } catch (RuntimeException e) {
            columns.close();
            throw e;
        }
    }

    private void add(OutputFile target, String name, Dtype dtype) {
        columns.put(name, new Column(dtype, Spool.beside(target)));
    }

    private Spool spool(String name) {
        Column column = columns.get(name);
        if (column == null) {
            throw new IllegalStateException("There is no column " + name + ".");
        }
        return column.spool();
    }

    void write(TokenBatch tokens, SparseFeatures features) {
        long[] ends = new long[features.tokens()];
        for (int token = 0; token < ends.length; token++) {
            active += features.activeCount(token);
            ends[token] = active;
        }
        numbers.longs(ends, spool(INDPTR)::append);
        numbers.ints(features.indices(), spool(INDICES)::append);
        numbers.floats(features.values(), spool(VALUES)::append);
        if (columns.containsKey(FeatureStream.TOKEN_IDS)) {
            numbers.longs(tokens.ids(), spool(FeatureStream.TOKEN_IDS)::append);
        }
        InverseTransform inverse = features.inverseTransform();
        for (String name : columns.keySet()) {
            float[] factor = TokenFactor.of(name, inverse);
            if (factor != null) {
                numbers.floats(FloatBuffer.wrap(factor), spool(name)::append);
            }
        }
    }

    /** Returns how many features of all tokens so far are active. */
    long active() {
        return active;
    }

    /** Returns what the columns are so far. */
    List<TensorSpec> specs() {
        List<TensorSpec> specs = new ArrayList<>();
        columns.forEach((name, column) -> specs.add(column.spec(name)));
        return specs;
    }

    /** Hands a column's bytes on, from the first one; can be done again. */
    void copy(String name, Consumer<ByteBuffer> sink) {
        spool(name).copyTo(sink);
    }

    @Override
    public void close() {
        columns.values().forEach(column -> column.spool().close());
    }
}
