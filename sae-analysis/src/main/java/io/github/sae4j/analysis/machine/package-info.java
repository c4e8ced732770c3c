/** How fast an SAE runs, beside what the machine could do. */
@NullMarked
package io.github.sae4j.analysis.machine;

import org.jspecify.annotations.NullMarked;
