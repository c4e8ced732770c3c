/** Files that are made whole or not at all. */
@NullMarked
package io.github.sae4j.data.internal.files;

import org.jspecify.annotations.NullMarked;
