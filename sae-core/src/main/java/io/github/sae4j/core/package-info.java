/**
 * Sparse autoencoders (SAEs) over a language model's activations: what they are configured to do, their weights, and
 * the maths from activations to features and back.
 *
 * <p>Start at {@link io.github.sae4j.core.SparseAutoencoder}. This package reads no file and no network: weights are
 * handed to it as buffers, which the module {@code sae-loader} does for published SAEs.
 *
 * <p>DJL reports an instance id to its makers when it runs on EC2. The first SAE that is built before DJL's engine has
 * started opts out of that, by the system property {@code OPT_OUT_TRACKING}; set it, or the environment variable of that
 * name, to {@code false} to keep DJL's way.
 */
@NullMarked
package io.github.sae4j.core;

import org.jspecify.annotations.NullMarked;
