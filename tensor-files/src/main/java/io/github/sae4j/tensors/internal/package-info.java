/** What files of weights have in common, whatever their format: bytes that lie somewhere, views of them, named tensors. */
@NullMarked
package io.github.sae4j.tensors.internal;

import org.jspecify.annotations.NullMarked;
