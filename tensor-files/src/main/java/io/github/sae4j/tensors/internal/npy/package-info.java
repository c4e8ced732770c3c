/** The readers of NumPy's {@code .npy} files and {@code .npz} archives. */
@NullMarked
package io.github.sae4j.tensors.internal.npy;

import org.jspecify.annotations.NullMarked;
