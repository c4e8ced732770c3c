/** The kernel on Java's Vector API. Its classes load only where the module {@code jdk.incubator.vector} is readable. */
@NullMarked
package io.github.sae4j.core.internal.vector;

import org.jspecify.annotations.NullMarked;
