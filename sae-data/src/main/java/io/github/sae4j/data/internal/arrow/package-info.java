/** Columns of Arrow files as arrays. */
@NullMarked
package io.github.sae4j.data.internal.arrow;

import org.jspecify.annotations.NullMarked;
