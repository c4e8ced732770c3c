/** Activations and features of files: what both have in common. */
@NullMarked
package io.github.sae4j.data;

import org.jspecify.annotations.NullMarked;
