package io.github.sae4j.loader.internal.container;

import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;

/**
 * What a sentence about a fault begins with: a file, or a part of one.
 *
 * @param name the file's path, perhaps followed by the name of a part
 */
public record Subject(String name) {

    /** Returns the subject for a file. */
    public static Subject of(Path path) {
        return new Subject(path.toString());
    }

    /** Returns the subject for a part of this one, whose name comes out of the file and is quoted. */
    public Subject part(String part) {
        return new Subject(name + ": " + Quoted.of(part));
    }

    /** Returns the exception that says this sentence about the subject. */
    public SaeLoadException fault(String sentence) {
        return new SaeLoadException(name + ": " + sentence);
    }

    /** Returns the exception that says this sentence about the subject, with the failure underneath. */
    public SaeLoadException fault(String sentence, Throwable cause) {
        return new SaeLoadException(name + ": " + sentence, cause);
    }

    @Override
    public String toString() {
        return name;
    }
}
