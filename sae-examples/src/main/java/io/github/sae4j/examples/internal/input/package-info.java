/** Reading activation files and feature files, a batch of tokens at a time. */
@NullMarked
package io.github.sae4j.examples.internal.input;

import org.jspecify.annotations.NullMarked;
