/**
 * How layouts of files that this library does not know become SAEs: {@link io.github.sae4j.loader.format.SaeFormat} is the
 * door, and what it is given and gives stands beside it.
 */
@NullMarked
package io.github.sae4j.loader.format;

import org.jspecify.annotations.NullMarked;
