/** Activations read from files of every usual format, a batch of tokens at a time, and reconstructions written. */
@NullMarked
package io.github.sae4j.data.activations;

import org.jspecify.annotations.NullMarked;
