package io.github.sae4j.core.internal.host;

import io.github.sae4j.core.VectorShapes;
import java.util.OptionalLong;

/**
 * What {@link VectorShapes} tells.
 *
 * @param vectorBits the width of a vector
 * @param registers how many registers of such vectors are counted on
 * @param tileTokens how many tokens are multiplied at once with {@code tileVectors}, with all sums in registers
 * @param tileVectors how many vectors of features
 * @param flat the panel for calls of few tokens
 * @param deep the panel for calls of more
 * @param firstCache the bytes of the first data cache that each hardware thread has to itself, if the system tells
 * @param secondCache those of the second cache, likewise
 */
public record VectorPieces(
        int vectorBits,
        int registers,
        int tileTokens,
        int tileVectors,
        VectorShapes.Panel flat,
        VectorShapes.Panel deep,
        OptionalLong firstCache,
        OptionalLong secondCache) {}
