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
 * @since 0.1
 */
public final class WrittenFile {

    private final String name;
    private final long bytes;

    private WrittenFile(String name, long bytes) {
        this.name = name;
        this.bytes = bytes;
    }

    /**
     * Returns what was made, for whoever implements {@link io.github.sae4j.data.features.FeatureSink}.
     *
     * @param name the name of the file, without its folder, or the path of the folder
     * @param bytes its size
     */
    public static WrittenFile of(String name, long bytes) {
        return new WrittenFile(Objects.requireNonNull(name, "name"), bytes);
    }

    /** Returns the name of the file, without its folder, or the path of the folder. */
    public String name() {
        return name;
    }

    /** Returns its size. */
    public long bytes() {
        return bytes;
    }
}
