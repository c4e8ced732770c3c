package io.github.sae4j.data.activations;

import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.Provenance;
import io.github.sae4j.data.internal.files.AnnouncedTokens;
import io.github.sae4j.data.internal.files.Numbers;
import java.nio.FloatBuffer;
import java.util.Objects;

/**
 * Decoded activations in the making: {@code reconstruction} float32, in the shape that the activations had, in the form
 * that the file's ending tells.
 *
 * <p>Not for use by several threads at once.
 *
 * <pre>{@code
 * try (ReconstructionOutput output =
 *         ReconstructionOutput.create(target, reader.layout(), sae.config().dOut(), provenance)) {
 *     EncodingPass.of(reader, sae, 1024).forwardAll((batch, forward) -> output.write(forward.reconstruction()));
 *     output.commit();
 * }
 * }</pre>
 *
 * <p>Each token of the layout has its row. Of one that the reader leaves out, which has no features, the pass above hands over the
 * decoder's bias; {@code sae.reconstruct(batch.rows())} would reconstruct it like the others.
 *
 * @since 0.1
 */
public final class ReconstructionOutput implements AutoCloseable {

    private static final String RECONSTRUCTION = "reconstruction";

    private final ArrayFile file;
    private final AnnouncedTokens tokens;
    private final int dOut;
    private final int layers;
    private final Numbers numbers = new Numbers();

    private ReconstructionOutput(ArrayFile file, Layout layout, int dOut) {
        this.file = file;
        this.tokens = new AnnouncedTokens(layout.tokens());
        this.dOut = dOut;
        this.layers = layout.layers();
    }

    /**
     * Starts a file.
     *
     * @param target the file to be
     * @param layout how the tokens are arranged
     * @param dOut the width of a decoded activation
     * @param provenance where the numbers come from
     */
    public static ReconstructionOutput create(
            ReconstructionTarget target, Layout layout, int dOut, Provenance provenance) {
        Objects.requireNonNull(provenance, "provenance");
        long[] shape = layout.activationShape(dOut);
        OutputFile file = target.file();
        return new ReconstructionOutput(
                switch (target.format()) {
                    case SAFETENSORS -> new TensorArray(file, RECONSTRUCTION, shape, provenance.metadata(shape));
                    case NPY -> new NpyArray(file, shape);
                    case NPZ -> new NpzArray(file, RECONSTRUCTION, shape, provenance.json(shape));
                },
                layout,
                dOut);
    }

    /**
     * Appends the next tokens.
     *
     * @param rows {@code [tokens][d_out]}
     * @throws IllegalArgumentException if a row is not {@code d_out} wide, or these are more tokens than the layout has
     * @throws io.github.sae4j.data.DataException if they cannot be written
     */
    public void write(float[][] rows) {
        Objects.requireNonNull(rows, "rows");
        for (float[] row : rows) {
            if (row.length != dOut) {
                throw new IllegalArgumentException("A row is " + row.length + " wide, but d_out is " + dOut + ".");
            }
        }
        tokens.add(rows.length);
        for (float[] row : rows) {
            numbers.floats(FloatBuffer.wrap(row), file::append);
        }
    }

    /**
     * Appends the next tokens of a set of layers.
     *
     * @param activations {@code [tokens][layers][d]}
     * @throws IllegalArgumentException if a token has another number of layers than the layout, a row is not {@code d} wide, or
     *     these are more tokens than the layout has
     */
    public void write(float[][][] activations) {
        for (float[][] token : Objects.requireNonNull(activations, "activations")) {
            if (token.length != layers) {
                throw new IllegalArgumentException(
                        "A token has " + token.length + " layers, but the layout has " + layers + ".");
            }
        }
        for (float[][] token : activations) {
            write(token);
        }
    }

    /**
     * Puts the finished file in place.
     *
     * @throws IllegalStateException if fewer tokens were written than the layout has
     * @throws io.github.sae4j.data.DataException if it cannot be completed, or somebody else has made a file of that name
     */
    public void commit() {
        tokens.requireAll();
        file.commit();
    }

    @Override
    public void close() {
        file.close();
    }
}
