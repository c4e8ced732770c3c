/** Which SAEs are published where, and under which names. */
@NullMarked
package io.github.sae4j.loader.internal.names;

import org.jspecify.annotations.NullMarked;
