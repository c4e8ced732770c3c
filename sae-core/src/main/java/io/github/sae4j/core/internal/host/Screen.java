package io.github.sae4j.core.internal.host;

import org.jspecify.annotations.Nullable;

/**
 * What encoding can be screened with; views of an SAE share it.
 *
 * @param encoder the encoder in 8 bits, and feature by feature
 * @param products multiplies tokens in 8 bits, or null where nothing here does so fast enough: then a few tokens are multiplied
 *     by rows in Java, and more are not screened
 */
public record Screen(PreparedEncoder encoder, @Nullable ByteProducts products) {}
