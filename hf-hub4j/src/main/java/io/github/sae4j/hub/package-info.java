/**
 * Files of a Hugging Face hub, as the on-disk cache keeps them that Python's {@code huggingface_hub} uses as well.
 *
 * <p>Start at {@link io.github.sae4j.hub.HubCache}. Every failure is a {@link io.github.sae4j.hub.HubException}.
 */
@NullMarked
package io.github.sae4j.hub;

import org.jspecify.annotations.NullMarked;
