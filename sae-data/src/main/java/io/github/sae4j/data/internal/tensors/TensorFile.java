package io.github.sae4j.data.internal.tensors;

import java.util.List;

/** An open file of arrays. */
public interface TensorFile extends AutoCloseable {

    /** Returns the arrays in the order of the file. */
    List<StoredTensor> tensors();

    @Override
    void close();
}
