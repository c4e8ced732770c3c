package io.github.sae4j.loader.internal;

import io.github.sae4j.tensors.ByteRanges;

/**
 * The bytes of a file that is on a hub and is to stay there.
 *
 * @param length how many there are
 * @param ranges fetches some of them
 */
public record PublishedBytes(long length, ByteRanges ranges) {}
