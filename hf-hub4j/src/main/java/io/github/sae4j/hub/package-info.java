/** Placeholder. */
@NullMarked
package io.github.sae4j.hub;

import org.jspecify.annotations.NullMarked;
