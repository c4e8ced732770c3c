package io.github.sae4j.data.features;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.TokenBatch;
import io.github.sae4j.data.internal.files.GuardedFile;
import io.github.sae4j.data.internal.files.Numbers;
import io.github.sae4j.data.internal.numpy.NpyPrefix;
import io.github.sae4j.data.internal.numpy.NpzArchive;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Features as SciPy's sparse matrix in compressed sparse rows, {@code [tokens, d_sae]}: {@code data}, {@code indices},
 * {@code indptr}, {@code shape} and {@code format}, and beside them each token's {@code scale} and {@code shift} where
 * decoding needs them, and {@code metadata}, the provenance as the bytes of a JSON object.
 */
final class NpzOutput implements FeatureSink {

    private static final byte[] FORMAT = "csr".getBytes(StandardCharsets.US_ASCII);

    private final FeatureStream stream;
    private final long widestInt;
    private final SparseColumns columns;
    private final GuardedFile file;
    private final Numbers numbers = new Numbers();

    private NpzOutput(OutputFile target, FeatureStream stream, long widestInt) {
        this.stream = stream;
        this.widestInt = widestInt;
        this.columns = SparseColumns.create(target, stream);
        try {
            this.file = GuardedFile.beside(target);
        } catch (RuntimeException e) {
            columns.close();
            throw e;
        }
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param stream what is written
     */
    static NpzOutput create(OutputFile target, FeatureStream stream) {
        return create(target, stream, Integer.MAX_VALUE);
    }

    /**
     * Starts a file whose indices have 8 bytes if more features are active than said.
     *
     * @param widestInt the most active features for which indices have 4 bytes
     */
    static NpzOutput create(OutputFile target, FeatureStream stream, long widestInt) {
        return new NpzOutput(target, stream, widestInt);
    }

    @Override
    public void write(TokenBatch tokens, SparseFeatures features) {
        columns.write(tokens, features);
    }

    @Override
    public void finish() {
        long active = columns.active();
        long tokens = stream.layout().tokens();
        // SciPy converts both, in memory, unless they are of one type.
        boolean wide = active > widestInt;
        String index = wide ? "<i8" : "<i4";
        byte[] metadata = stream.provenance().get().json(stream.shape()).getBytes(StandardCharsets.UTF_8);
        NpzArchive archive = new NpzArchive(file);
        archive.add("data", "<f4", NpyPrefix.tuple(active), sink -> columns.copy(SparseColumns.VALUES, sink));
        archive.add("indices", index, NpyPrefix.tuple(active), wide ? this::wideIndices : this::indices);
        archive.add("indptr", index, NpyPrefix.tuple(tokens + 1), wide ? this::indptr : this::narrowIndptr);
        archive.add(
                "shape",
                "<i8",
                NpyPrefix.tuple(2),
                sink -> numbers.longs(new long[] {tokens, stream.config().dSae()}, sink));
        archive.add("format", "|S3", "()", sink -> sink.accept(ByteBuffer.wrap(FORMAT)));
        for (String factor : stream.factors()) {
            archive.add(factor, "<f4", NpyPrefix.tuple(tokens), sink -> columns.copy(factor, sink));
        }
        if (stream.hasIds()) {
            archive.add(
                    FeatureStream.TOKEN_IDS,
                    "<i8",
                    NpyPrefix.tuple(tokens),
                    sink -> columns.copy(FeatureStream.TOKEN_IDS, sink));
        }
        archive.add(
                "metadata", "|u1", NpyPrefix.tuple(metadata.length), sink -> sink.accept(ByteBuffer.wrap(metadata)));
        archive.finish();
        file.finish();
    }

    private void indices(Consumer<ByteBuffer> sink) {
        columns.copy(SparseColumns.INDICES, sink);
    }

    private void wideIndices(Consumer<ByteBuffer> sink) {
        columns.copy(SparseColumns.INDICES, bytes -> {
            IntBuffer narrow = bytes.asIntBuffer();
            long[] wide = new long[narrow.remaining()];
            for (int i = 0; i < wide.length; i++) {
                wide[i] = narrow.get(i);
            }
            numbers.longs(wide, sink);
        });
    }

    private void indptr(Consumer<ByteBuffer> sink) {
        columns.copy(SparseColumns.INDPTR, sink);
    }

    private void narrowIndptr(Consumer<ByteBuffer> sink) {
        columns.copy(SparseColumns.INDPTR, bytes -> {
            LongBuffer wide = bytes.asLongBuffer();
            int[] narrow = new int[wide.remaining()];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = (int) wide.get(i);
            }
            numbers.ints(IntBuffer.wrap(narrow), sink);
        });
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
        try {
            columns.close();
        } finally {
            file.close();
        }
    }
}
