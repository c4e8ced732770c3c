/** The reader of NumPy's {@code .npz} archives. */
@NullMarked
package io.github.sae4j.loader.internal.npz;

import org.jspecify.annotations.NullMarked;
