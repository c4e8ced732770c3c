package io.github.sae4j.data.activations;

import io.github.sae4j.data.internal.files.OutputFile;

/**
 * Where reconstructions are to go.
 *
 * @param file the file to make
 * @param format what kind of file
 */
public record ReconstructionTarget(OutputFile file, ArrayFormat format) {}
