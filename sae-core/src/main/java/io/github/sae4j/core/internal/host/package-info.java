/** The SAE in host memory: what is common to the kernels that run in Java. */
@NullMarked
package io.github.sae4j.core.internal.host;

import org.jspecify.annotations.NullMarked;
