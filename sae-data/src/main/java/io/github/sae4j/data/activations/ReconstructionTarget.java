package io.github.sae4j.data.activations;

import io.github.sae4j.data.OutputFile;

/**
 * Where reconstructions are to go.
 *
 * <pre>{@code
 * OutputFile file = OutputFile.of(Path.of("reconstruction.npy"), true);
 * ReconstructionTarget target = new ReconstructionTarget(file, ArrayFormat.NPY);
 * }</pre>
 *
 * @param file the file to make
 * @param format what kind of file
 * @since 0.1
 */
public record ReconstructionTarget(OutputFile file, ArrayFormat format) {}
