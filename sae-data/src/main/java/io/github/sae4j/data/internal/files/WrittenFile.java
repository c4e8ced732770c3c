package io.github.sae4j.data.internal.files;

/**
 * What a command has made.
 *
 * @param name the name of the file, without its folder, or the path of the folder
 * @param bytes its size
 */
public record WrittenFile(String name, long bytes) {}
