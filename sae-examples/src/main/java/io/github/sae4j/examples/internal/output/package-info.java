/** Writing feature files and reconstructions without ever leaving a partial one. */
@NullMarked
package io.github.sae4j.examples.internal.output;

import org.jspecify.annotations.NullMarked;
