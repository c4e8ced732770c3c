/**
 * Reads and writes the safetensors format, safely, without loading what is not asked for.
 *
 * <p>Start at {@link io.github.sae4j.safetensors.SafetensorsFile} to read one file, at
 * {@link io.github.sae4j.safetensors.ShardedSafetensors} to read a model that is split over several files, and at
 * {@link io.github.sae4j.safetensors.SafetensorsWriter} to write. Every failure is a
 * {@link io.github.sae4j.safetensors.SafetensorsException}.
 *
 * <p>Records, enums and exceptions are immutable; each class says whether threads may share its objects.
 */
@NullMarked
package io.github.sae4j.safetensors;

import org.jspecify.annotations.NullMarked;
