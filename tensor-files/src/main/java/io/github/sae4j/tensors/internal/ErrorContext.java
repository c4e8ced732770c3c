package io.github.sae4j.tensors.internal;

import io.github.sae4j.safetensors.internal.Quoted;
import io.github.sae4j.tensors.TensorFileException;
import io.github.sae4j.tensors.TensorFileException.Reason;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a sentence about a fault begins with: a file, or a part of one.
 *
 * @param name the file's path, perhaps followed by the name of a part
 */
public record ErrorContext(String name) {

    /** Returns the context of a file. */
    public static ErrorContext of(Path path) {
        return new ErrorContext(path.toString());
    }

    /** Returns the context of a part of this one, whose name comes out of the file and is quoted. */
    public ErrorContext part(String part) {
        return new ErrorContext(name + ": " + Quoted.of(part));
    }

    /** Returns the exception that says this sentence of what is malformed. */
    public TensorFileException fault(String sentence) {
        return fault(Reason.MALFORMED, sentence, null);
    }

    /** Returns the exception that says this sentence of what is malformed, with the failure underneath. */
    public TensorFileException fault(String sentence, Throwable cause) {
        return fault(Reason.MALFORMED, sentence, cause);
    }

    /** Returns the exception that says this sentence. */
    public TensorFileException fault(Reason reason, String sentence) {
        return fault(reason, sentence, null);
    }

    /** Returns the exception that says this sentence, with the failure underneath. */
    public TensorFileException fault(Reason reason, String sentence, @Nullable Throwable cause) {
        return new TensorFileException(reason, name + ": " + sentence, cause);
    }

    @Override
    public String toString() {
        return name;
    }
}
