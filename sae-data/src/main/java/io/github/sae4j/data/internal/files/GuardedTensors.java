package io.github.sae4j.data.internal.files;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.safetensors.SafetensorsWriter;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/** A safetensors file in the making that disappears unless it is committed, also when the process is interrupted. */
public final class GuardedTensors implements AutoCloseable {

    private final OutputFile target;
    private final SafetensorsWriter writer;
    private final Guarded<SafetensorsWriter> guarded;

    private GuardedTensors(OutputFile target, List<TensorSpec> tensors, Map<String, String> metadata) {
        this.target = target;
        this.guarded = new Guarded<>(
                () -> SafetensorsWriter.create(target.path(), tensors, metadata), SafetensorsWriter::close);
        this.writer = guarded.made();
    }

    public static GuardedTensors create(OutputFile target, List<TensorSpec> tensors, Map<String, String> metadata) {
        return new GuardedTensors(target, tensors, metadata);
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
        guarded.commit(writer::commit);
    }

    /** Returns what was committed. */
    public WrittenFile made() {
        return target.made();
    }

    @Override
    public void close() {
        guarded.close();
    }
}
