/** NumPy's files, written. */
@NullMarked
package io.github.sae4j.data.internal.numpy;

import org.jspecify.annotations.NullMarked;
