/**
 * Sparse autoencoders (SAEs) over a language model's activations: what they are configured to do, their weights, and
 * the maths from activations to features and back.
 *
 * <p>Start at {@link io.github.sae4j.core.SparseAutoencoder}. This package reads no file and no network: weights are
 * handed to it as buffers, which the module {@code sae-loader} does for published SAEs.
 */
@NullMarked
package io.github.sae4j.core;

import org.jspecify.annotations.NullMarked;
