package io.github.sae4j.data.activations;

import io.github.sae4j.data.OutputFile;

/**
 * Where reconstructions are to go. Immutable, and so safe for use by several threads.
 *
 * <pre>{@code
 * ReconstructionTarget target = ReconstructionTarget.of(OutputFile.of(Path.of("decoded.npy")));
 * }</pre>
 *
 * @since 0.1
 */
public final class ReconstructionTarget {

    private final OutputFile file;
    private final ArrayFormat format;

    private ReconstructionTarget(OutputFile file, ArrayFormat format) {
        this.file = file;
        this.format = format;
    }

    /**
     * Returns a file of the kind that its ending tells.
     *
     * @throws IllegalArgumentException if the ending tells no kind
     */
    public static ReconstructionTarget of(OutputFile file) {
        return new ReconstructionTarget(
                file,
                ArrayFormat.of(file.givenPath())
                        .orElseThrow(() -> new IllegalArgumentException(
                                file.givenPath() + " must end in one of " + ArrayFormat.endings() + ".")));
    }

    /** Returns the file to make. */
    public OutputFile file() {
        return file;
    }

    /** Returns what kind of file it is. */
    public ArrayFormat format() {
        return format;
    }
}
