package io.github.sae4j.examples.internal.input;

/**
 * Where a token of an input lies.
 *
 * @param file the name of the file, without its folder
 * @param row how many tokens come before it in that file
 * @param sequence how many sequences come before its own in the whole input
 * @param position how many tokens come before it in its sequence
 */
public record Place(String file, long row, long sequence, long position) {}
