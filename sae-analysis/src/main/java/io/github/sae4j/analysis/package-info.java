/** Passes of a sparse autoencoder over activations, which what is below measures. */
@NullMarked
package io.github.sae4j.analysis;

import org.jspecify.annotations.NullMarked;
