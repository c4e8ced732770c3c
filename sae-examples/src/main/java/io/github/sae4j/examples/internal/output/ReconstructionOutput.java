package io.github.sae4j.examples.internal.output;

import io.github.sae4j.examples.internal.input.Layout;
import io.github.sae4j.safetensors.Dtype;
import io.github.sae4j.safetensors.TensorSpec;
import java.nio.FloatBuffer;
import java.util.List;

/** Decoded activations in the making: {@code reconstruction} float32, in the shape that the activations had. */
public final class ReconstructionOutput implements AutoCloseable {

    private static final String RECONSTRUCTION = "reconstruction";

    private final StagedTensors file;
    private final Numbers numbers = new Numbers();

    private ReconstructionOutput(StagedTensors file) {
        this.file = file;
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param layout how the tokens are arranged
     * @param dOut the width of a decoded activation
     * @param provenance where the numbers come from
     */
    public static ReconstructionOutput create(OutputFile target, Layout layout, int dOut, Provenance provenance) {
        long[] shape = layout.activationShape(dOut);
        TensorSpec tensor = new TensorSpec(RECONSTRUCTION, Dtype.F32, shape);
        return new ReconstructionOutput(StagedTensors.create(target, List.of(tensor), provenance.metadata(shape)));
    }

    /**
     * Appends the next tokens.
     *
     * @param rows {@code [tokens][d_out]}
     */
    public void write(float[][] rows) {
        for (float[] row : rows) {
            numbers.floats(FloatBuffer.wrap(row), bytes -> file.write(RECONSTRUCTION, bytes));
        }
    }

    /** Puts the finished file in place. */
    public void commit() {
        file.commit();
    }

    @Override
    public void close() {
        file.close();
    }
}
