/** The texts of tokens. */
@NullMarked
package io.github.sae4j.data.tokens;

import org.jspecify.annotations.NullMarked;
