package io.github.sae4j.examples.internal.output;

/**
 * What a command has made.
 *
 * @param name the name of the file or folder, without the folder that it is in
 * @param bytes its size
 */
public record Made(String name, long bytes) {}
