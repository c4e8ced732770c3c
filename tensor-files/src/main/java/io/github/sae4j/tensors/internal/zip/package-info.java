/** The reader of zip archives, in which npz and PyTorch files come. */
@NullMarked
package io.github.sae4j.tensors.internal.zip;

import org.jspecify.annotations.NullMarked;
