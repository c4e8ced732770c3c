package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A safetensors file in the making that disappears unless it is committed, also when the process is interrupted. */
public final class StagedTensors implements AutoCloseable {

    private final OutputFile target;
    private final ShutdownGuard guard;
    private final Object lock = new Object();
    private boolean closed;
    private final SafetensorsWriter writer;

    private StagedTensors(OutputFile target, List<TensorSpec> tensors, Map<String, String> metadata) {
        this.target = target;
        // The guard waits for the lock, so it sees either no writer at all or one that it can close.
        synchronized (lock) {
            this.guard = ShutdownGuard.of(this::abandon);
            try {
                this.writer = SafetensorsWriter.create(target.path(), tensors, metadata);
            } catch (RuntimeException e) {
                closed = true;
                guard.close();
                throw e;
            }
        }
    }

    public static StagedTensors create(OutputFile target, List<TensorSpec> tensors, Map<String, String> metadata) {
        return new StagedTensors(target, tensors, metadata);
    }

    public void write(String tensor, ByteBuffer bytes) {
        writer.write(tensor, bytes);
    }

    /** Checks that nobody else has made a file of the target's name meanwhile. */
    public void requireTargetFree() {
        target.requireStillFree();
    }

    public void commit() {
        target.requireStillFree();
        writer.commit();
    }

    /** Returns what was committed. */
    public WrittenFile made() {
        return target.made();
    }

    private void abandon() {
        synchronized (lock) {
            if (!closed) {
                closed = true;
                writer.close();
            }
        }
    }

    @Override
    public void close() {
        abandon();
        guard.close();
    }
}
