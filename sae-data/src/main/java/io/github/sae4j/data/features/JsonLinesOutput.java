package io.github.sae4j.data.features;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.data.internal.files.LineSink;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/**
 * Features as a JSON object on a line for each token: {@code token}, its place among all; {@code features} and
 * {@code values}; {@code token_id} where it is known; {@code scale} and {@code shift} where decoding needs them. If asked for,
 * the first line is {@code metadata}.
 */
final class JsonLinesOutput implements FeatureSink {

    private final LineSink sink;
    private final FeatureStream stream;
    private final List<String> factors;
    private final StringBuilder line = new StringBuilder();
    private long next;

    private JsonLinesOutput(LineSink sink, FeatureStream stream) {
        this.sink = sink;
        this.stream = stream;
        this.factors = stream.factors();
        this.next = stream.first();
    }

    /**
     * Starts the lines.
     *
     * @param sink takes them, and is closed with this
     * @param stream what is written
     * @param metadata whether the first line says where the numbers come from
     */
    static JsonLinesOutput create(LineSink sink, FeatureStream stream, boolean metadata) {
        JsonLinesOutput output = new JsonLinesOutput(sink, stream);
        if (!metadata) {
            return output;
        }
        try {
            output.line
                    .append("{\"metadata\":")
                    .append(stream.provenance().get().json(stream.shape()))
                    .append('}');
            output.endLine();
            return output;
        } catch (RuntimeException e) {
            output.close();
            throw e;
        }
    }

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        InverseTransform inverse = features.inverseTransform();
        for (int token = 0; token < features.tokens(); token++) {
            int active = features.activeCount(token);
            line.append("{\"token\":").append(next++);
            if (stream.hasIds()) {
                line.append(",\"token_id\":").append(tokens.id(token));
            }
            line.append(",\"features\":[");
            for (int i = 0; i < active; i++) {
                line.append(i == 0 ? "" : ",").append(indices.get());
            }
            line.append("],\"values\":[");
            for (int i = 0; i < active; i++) {
                line.append(i == 0 ? "" : ",");
                Json.append(line, values.get());
            }
            line.append(']');
            for (String name : factors) {
                float[] factor = TokenFactor.of(name, inverse);
                if (factor != null) {
                    line.append(",\"").append(name).append("\":");
                    Json.append(line, factor[token]);
                }
            }
            line.append('}');
            endLine();
        }
    }

    private void endLine() {
        line.append('\n');
        sink.append(line);
        line.setLength(0);
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
        return sink.made().stream().toList();
    }

    @Override
    public void close() {
        sink.close();
    }
}
