package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.engine.PtNDArray;

/**
 * A large matrix as tensors over the buffers that hold it.
 *
 * @param parts the buffers' tensors, whole rows each of the matrix as it is stored
 * @param transposed whether the transpose is what is stored
 * @param widen whether kernels copy a block to float32 before they use it: on the CPU, where the matrix is of another
 *     type or a block may lie in several tensors
 */
@SuppressWarnings("ArrayRecordComponent")
record TorchMatrix(PtNDArray[] parts, boolean transposed, boolean widen) {}
