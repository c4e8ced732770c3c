/** Norms of activations. */
@NullMarked
package io.github.sae4j.data.internal.norms;

import org.jspecify.annotations.NullMarked;
