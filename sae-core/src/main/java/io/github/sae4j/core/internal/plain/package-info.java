/** The kernel in plain Java, which shows what the others compute and is there to compare them with. */
@NullMarked
package io.github.sae4j.core.internal.plain;

import org.jspecify.annotations.NullMarked;
