/**
 * Sparse autoencoders (SAEs) over a language model's activations: what they are configured to do, their weights, and
 * the maths from activations to features and back.
 *
 * <p>Start at {@link io.github.sae4j.core.SparseAutoencoder}. This package reads no file and no network: weights are
 * handed to it as buffers, which the module {@code sae-loader} does for published SAEs.
 *
 * <p>DJL's arrays, CUDA and temporal SAEs start libtorch; Java arrays on the CPU do without it. DJL reports an instance id
 * to its makers when it starts on EC2, unless the environment variable or system property {@code OPT_OUT_TRACKING} is {@code
 * true}; this library sets neither.
 */
@NullMarked
package io.github.sae4j.core;

import org.jspecify.annotations.NullMarked;
