package io.github.sae4j.data.activations;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.internal.files.GuardedFile;
import io.github.sae4j.data.internal.numpy.NpyPrefix;
import java.nio.ByteBuffer;

/** The array as an npy file, which says nothing of where its numbers come from. */
final class NpyArray implements ArrayFile {

    private final GuardedFile file;

    NpyArray(OutputFile target, long[] shape) {
        this.file = GuardedFile.beside(target);
        try {
            file.write(ByteBuffer.wrap(NpyPrefix.of("<f4", NpyPrefix.tuple(shape))));
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void append(ByteBuffer numbers) {
        file.write(numbers);
    }

    @Override
    public void commit() {
        file.finish();
        file.commit();
    }

    @Override
    public void close() {
        file.close();
    }
}
