package io.github.sae4j.data.internal.tensors;

import java.util.List;
import java.util.Map;

/** An open file of arrays. */
public interface OpenInput extends AutoCloseable {

    /** Returns the arrays in the order of the file. */
    List<InputArray> tensors();

    /** Returns the names of what is no array that is read, each with the sentence that says why. */
    default Map<String, String> unusable() {
        return Map.of();
    }

    @Override
    void close();
}
