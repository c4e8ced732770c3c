/**
 * Named tensors out of safetensors, npy, npz and PyTorch files, without loading what is not asked for and without running
 * anything that a file holds.
 *
 * <p>{@link io.github.sae4j.tensors.TensorFile} opens a file; {@link io.github.sae4j.tensors.NpyHeader} reads the beginning of
 * an npy file that comes as a stream.
 *
 * <p>Records, enums and exceptions are immutable; each class says whether threads may share its objects.
 */
@NullMarked
package io.github.sae4j.tensors;

import org.jspecify.annotations.NullMarked;
