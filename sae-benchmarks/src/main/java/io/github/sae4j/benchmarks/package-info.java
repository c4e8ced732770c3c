/** Measures sae4j beside its peers and the machine's limits. */
@NullMarked
package io.github.sae4j.benchmarks;

import org.jspecify.annotations.NullMarked;
