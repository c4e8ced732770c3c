/** What runs an SAE: the kernels of this JVM, and the choice among them. */
@NullMarked
package io.github.sae4j.core.internal.kernel;

import org.jspecify.annotations.NullMarked;
