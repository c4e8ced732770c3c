/** The page that {@code sae report} makes. */
@NullMarked
package io.github.sae4j.examples.internal.report;

import org.jspecify.annotations.NullMarked;
