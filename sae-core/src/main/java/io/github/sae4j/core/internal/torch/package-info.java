/**
 * The only place that touches DJL's PyTorch binding: it starts the engine, keeps weights as tensors, and runs the
 * kernels, which are TorchScript text beside this package's classes. Internal, may change at any time.
 */
@NullMarked
package io.github.sae4j.core.internal.torch;

import org.jspecify.annotations.NullMarked;
