/** A page of HTML that shows what an SAE does on activations. */
@NullMarked
package io.github.sae4j.analysis.report;

import org.jspecify.annotations.NullMarked;
