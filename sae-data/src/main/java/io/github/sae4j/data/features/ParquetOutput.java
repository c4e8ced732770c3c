package io.github.sae4j.data.features;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.GuardedFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Features as a Parquet file: a row for each token with lists of {@code features} int32 and {@code values} float32, and
 * {@code scale} and {@code shift} where decoding needs them; or in the long form a row for each active feature:
 * {@code token} int64, {@code feature} int32, {@code value} float32. The provenance is in the file's key-value metadata.
 */
final class ParquetOutput implements FeatureSink {

    /** A row group is in memory until it is full. */
    private static final long ROW_GROUP_BYTES = 16L << 20;

    private final GuardedFile file;
    private final ParquetWriter<ParquetRow> writer;
    private final List<String> factors;
    private final boolean longForm;
    private long next;

    private ParquetOutput(GuardedFile file, ParquetWriter<ParquetRow> writer, FeatureStream stream, boolean longForm) {
        this.file = file;
        this.writer = writer;
        this.factors = longForm ? List.of() : stream.factors();
        this.longForm = longForm;
        this.next = stream.first();
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param stream what is written
     * @param longForm whether there is a row for each active feature
     */
    static ParquetOutput create(OutputFile target, FeatureStream stream, boolean longForm) {
        GuardedFile file = GuardedFile.beside(target);
        try {
            ParquetWriter<ParquetRow> writer = new Builder(file, new ParquetRows(stream, longForm))
                    .withConf(new PlainParquetConfiguration())
                    .withCompressionCodec(CompressionCodecName.UNCOMPRESSED)
                    .withRowGroupSize(ROW_GROUP_BYTES)
                    .withDictionaryEncoding(false)
                    .build();
            return new ParquetOutput(file, writer, stream, longForm);
        } catch (IOException e) {
            file.close();
            throw file.failed(e);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What parquet-java wants to be told through a subclass. */
    private static final class Builder extends ParquetWriter.Builder<ParquetRow, Builder> {

        private final WriteSupport<ParquetRow> support;

        Builder(GuardedFile file, WriteSupport<ParquetRow> support) {
            super(new ParquetSink(file));
            this.support = support;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // but abstract
        protected WriteSupport<ParquetRow> getWriteSupport(Configuration configuration) {
            return support;
        }

        @Override
        protected WriteSupport<ParquetRow> getWriteSupport(ParquetConfiguration configuration) {
            return support;
        }
    }

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        InverseTransform inverse = features.inverseTransform();
        int at = 0;
        for (int token = 0; token < features.tokens(); token++, next++) {
            int active = features.activeCount(token);
            if (longForm) {
                for (int i = at; i < at + active; i++) {
                    write(new ParquetRow(next, tokens.id(token), indices.slice(i, 1), values.slice(i, 1), List.of()));
                }
            } else {
                write(new ParquetRow(
                        next,
                        tokens.id(token),
                        indices.slice(at, active),
                        values.slice(at, active),
                        factors(inverse, token)));
            }
            at += active;
        }
    }

    private List<Float> factors(InverseTransform inverse, int token) {
        List<Float> ofToken = new ArrayList<>();
        for (String name : factors) {
            float[] factor = TokenFactor.of(name, inverse);
            if (factor != null) {
                ofToken.add(factor[token]);
            }
        }
        return ofToken;
    }

    private void write(ParquetRow row) {
        try {
            writer.write(row);
        } catch (IOException e) {
            throw file.failed(e);
        }
    }

    @Override
    public void finish() {
        try {
            writer.close();
        } catch (IOException e) {
            throw file.failed(e);
        }
        file.finish();
    }

    @Override
    public void commit() {
        file.commit();
    }

    @Override
    public List<WrittenFile> made() {
        return file.made().stream().toList();
    }

    @Override
    public void close() {
        file.close();
    }
}
