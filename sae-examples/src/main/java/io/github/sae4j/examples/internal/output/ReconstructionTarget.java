package io.github.sae4j.examples.internal.output;

/**
 * Where reconstructions are to go.
 *
 * @param file the file to make
 * @param format what kind of file
 */
public record ReconstructionTarget(OutputFile file, ArrayFormat format) {}
