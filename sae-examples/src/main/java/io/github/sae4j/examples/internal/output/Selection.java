package io.github.sae4j.examples.internal.output;

import org.jspecify.annotations.Nullable;

/**
 * Which features are written, and how.
 *
 * @param topK how many features of each token are kept, or null for all
 * @param dense whether they are written as a dense matrix
 */
public record Selection(@Nullable Integer topK, boolean dense) {}
