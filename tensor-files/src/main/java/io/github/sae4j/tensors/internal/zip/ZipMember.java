package io.github.sae4j.tensors.internal.zip;

/**
 * A file in a zip archive.
 *
 * @param name its name, with {@code /} between folders
 * @param deflated whether its bytes are deflated; else they are stored as they are
 * @param dataOffset where its bytes begin in the archive
 * @param storedBytes how many bytes it takes in the archive
 * @param bytes how many bytes it has
 * @param crc32 the checksum of these bytes, as the archive says
 */
public record ZipMember(String name, boolean deflated, long dataOffset, long storedBytes, long bytes, long crc32) {}
