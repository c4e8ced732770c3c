/** What publishers' files look like, and how they become the parts of an SAE. */
@NullMarked
package io.github.sae4j.loader.internal.format;

import org.jspecify.annotations.NullMarked;
