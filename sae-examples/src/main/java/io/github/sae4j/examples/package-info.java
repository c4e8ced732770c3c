/** Short programs that show what the libraries are for; each stands alone, to be copied. */
@NullMarked
package io.github.sae4j.examples;

import org.jspecify.annotations.NullMarked;
