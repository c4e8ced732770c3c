/** The reader of PyTorch's {@code .pt} and {@code .pth} files, which unpickles tensors and plain values and nothing else. */
@NullMarked
package io.github.sae4j.tensors.internal.torch;

import org.jspecify.annotations.NullMarked;
