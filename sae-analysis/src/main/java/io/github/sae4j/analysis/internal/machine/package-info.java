/** The loops that measure a machine. */
@NullMarked
package io.github.sae4j.analysis.internal.machine;

import org.jspecify.annotations.NullMarked;
