package io.github.sae4j.data.activations;

import io.github.sae4j.data.internal.files.Endings;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The kinds of files that reconstructions are written to, told by the ending of the name.
 *
 * <pre>{@code
 * ReconstructionTarget target = ReconstructionTarget.of(OutputFile.of(Path.of("reconstruction.npz")));
 * boolean keepsMetadata = target.format() != ArrayFormat.NPY;
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum ArrayFormat {
    /** A tensor with metadata. */
    SAFETENSORS(".safetensors"),
    /** NumPy's array, which has no place for metadata. */
    NPY(".npy"),
    /** NumPy's archive. */
    NPZ(".npz");

    private final String ending;

    ArrayFormat(String ending) {
        this.ending = ending;
    }

    /** Returns the format that a file's name tells, whatever the case of its letters. */
    public static Optional<ArrayFormat> of(Path path) {
        return Endings.told(path, values(), ArrayFormat::ending);
    }

    /** Returns all endings in words. */
    public static String endings() {
        return Endings.spoken(values(), ArrayFormat::ending);
    }

    /** Returns the ending of a name. */
    public String ending() {
        return ending;
    }
}
