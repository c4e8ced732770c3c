/** How names are resolved, where files lie, and what the files of an SAE mean; not for users. */
@NullMarked
package io.github.sae4j.loader.internal;

import org.jspecify.annotations.NullMarked;
