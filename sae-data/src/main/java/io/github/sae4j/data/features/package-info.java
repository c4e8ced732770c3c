/** Sparse features written to files, never a partial one, and read back. */
@NullMarked
package io.github.sae4j.data.features;

import org.jspecify.annotations.NullMarked;
