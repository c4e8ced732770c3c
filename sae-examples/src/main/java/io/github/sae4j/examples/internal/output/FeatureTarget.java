package io.github.sae4j.examples.internal.output;

/**
 * A file of features to be made.
 *
 * @param file where
 * @param format what kind of file
 */
public record FeatureTarget(OutputFile file, FeatureFormat format) {}
