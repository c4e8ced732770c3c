/** Writing an SAE down in SAELens's layout; start at {@code SaeSaver}. */
@NullMarked
package io.github.sae4j.loader.internal.saving;

import org.jspecify.annotations.NullMarked;
