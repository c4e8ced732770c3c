/** What files of weights have in common, whatever their format: bytes that lie somewhere, zip archives, named tensors. */
@NullMarked
package io.github.sae4j.loader.internal.container;

import org.jspecify.annotations.NullMarked;
