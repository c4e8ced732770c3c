package io.github.sae4j.data;

import java.util.Objects;

/**
 * A file or folder that was made.
 *
 * <pre>{@code
 * sink.publish();
 * for (WrittenFile file : sink.made()) {
 *     System.out.println(file.name() + ": " + file.bytes() + " bytes");
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param name the name of the file, without its folder, or the path of the folder
 * @param bytes its size
 * @since 0.1
 */
public record WrittenFile(String name, long bytes) {

    /** Checks that nothing is missing. */
    public WrittenFile {
        Objects.requireNonNull(name, "name");
    }
}
