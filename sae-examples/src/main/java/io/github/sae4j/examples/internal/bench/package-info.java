/** What {@code sae bench} measures, and what it measures it on. */
@NullMarked
package io.github.sae4j.examples.internal.bench;

import org.jspecify.annotations.NullMarked;
