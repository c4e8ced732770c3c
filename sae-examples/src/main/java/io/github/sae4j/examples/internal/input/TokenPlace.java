package io.github.sae4j.examples.internal.input;

/**
 * Where a token is.
 *
 * @param file its file
 * @param row the number of its sequence in the file, from 0; the only one where the file has no axis of sequences
 * @param position its place in the sequence, from 0
 */
public record TokenPlace(String file, long row, long position) {}
