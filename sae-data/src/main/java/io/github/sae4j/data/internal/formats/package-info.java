/** Safetensors, NumPy's, PyTorch's and memory-mapped files as arrays. */
@NullMarked
package io.github.sae4j.data.internal.formats;

import org.jspecify.annotations.NullMarked;
