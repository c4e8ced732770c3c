/** Placeholder. */
@NullMarked
package io.github.sae4j.loader;

import org.jspecify.annotations.NullMarked;
