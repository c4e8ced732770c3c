/** How well an SAE does on activations: how sparse its features are, and how close its reconstructions come. */
@NullMarked
package io.github.sae4j.analysis.evaluation;

import org.jspecify.annotations.NullMarked;
