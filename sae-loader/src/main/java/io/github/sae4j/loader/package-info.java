/**
 * From a name or a folder to a sparse autoencoder that is ready to run.
 *
 * <p>Start at {@link io.github.sae4j.loader.SAE}. Whatever keeps an SAE from being opened is a
 * {@link io.github.sae4j.loader.SaeLoadException}; whatever goes wrong afterwards, in using it, is a
 * {@link io.github.sae4j.core.SaeException}.
 *
 * <p>Records, enums and exceptions are immutable; each class says whether threads may share its objects.
 */
@NullMarked
package io.github.sae4j.loader;

import org.jspecify.annotations.NullMarked;
