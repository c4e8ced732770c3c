/**
 * The {@code sae} command: encode a saved activation file, decode features, look at a sparse autoencoder.
 *
 * <p>Start at {@link io.github.sae4j.cli.SaeCommand}; each of its subcommands is a class of the {@code internal}
 * package.
 */
@NullMarked
package io.github.sae4j.cli;

import org.jspecify.annotations.NullMarked;
