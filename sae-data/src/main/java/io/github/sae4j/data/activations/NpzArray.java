package io.github.sae4j.data.activations;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.internal.files.GuardedFile;
import io.github.sae4j.data.internal.files.Spool;
import io.github.sae4j.data.internal.numpy.NpyPrefix;
import io.github.sae4j.data.internal.numpy.NpzArchive;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The array in an npz archive, beside {@code metadata}, the provenance as the bytes of a JSON object.
 *
 * <p>An archive has an array's checksum before it, so the numbers wait in a temporary file.
 */
final class NpzArray implements ArrayFile {

    private final String name;
    private final long[] shape;
    private final String metadata;
    private final Spool numbers;
    private final GuardedFile file;

    NpzArray(OutputFile target, String name, long[] shape, String metadata) {
        this.name = name;
        this.shape = shape;
        this.metadata = metadata;
        this.numbers = Spool.beside(target);
        try {
            this.file = GuardedFile.beside(target);
        } catch (RuntimeException e) {
            numbers.close();
            throw e;
        }
    }

    @Override
    public void append(ByteBuffer row) {
        numbers.append(row);
    }

    @Override
    public void commit() {
        byte[] provenance = metadata.getBytes(StandardCharsets.UTF_8);
        NpzArchive archive = new NpzArchive(file);
        archive.add(name, "<f4", NpyPrefix.tuple(shape), numbers::copyTo);
        archive.add(
                "metadata",
                "|u1",
                NpyPrefix.tuple(provenance.length),
                sink -> sink.accept(ByteBuffer.wrap(provenance)));
        archive.finish();
        file.finish();
        file.commit();
    }

    @Override
    public void close() {
        try {
            numbers.close();
        } finally {
            file.close();
        }
    }
}
