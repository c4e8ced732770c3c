/**
 * Files of a Hugging Face hub, fetched into the on-disk cache that Python's {@code huggingface_hub} uses as well.
 *
 * <p>Start at {@link io.github.sae4j.hub.HubClient}; {@link io.github.sae4j.hub.HubCache} alone reads what is there. Every failure is a {@link io.github.sae4j.hub.HubException}.
 *
 * <p>Records, enums and exceptions are immutable; each class says whether threads may share its objects.
 */
@NullMarked
package io.github.sae4j.hub;

import org.jspecify.annotations.NullMarked;
