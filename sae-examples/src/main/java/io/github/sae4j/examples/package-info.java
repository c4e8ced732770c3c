/** Placeholder. */
@NullMarked
package io.github.sae4j.examples;

import org.jspecify.annotations.NullMarked;
