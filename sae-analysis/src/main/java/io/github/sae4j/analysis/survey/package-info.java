/** What the features of an SAE do on many tokens, gathered as the tokens go by. */
@NullMarked
package io.github.sae4j.analysis.survey;

import org.jspecify.annotations.NullMarked;
