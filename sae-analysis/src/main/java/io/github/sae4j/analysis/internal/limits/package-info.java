/** What needs Java's Vector API, loaded by name and only where its module is. */
@NullMarked
package io.github.sae4j.analysis.internal.limits;

import org.jspecify.annotations.NullMarked;
