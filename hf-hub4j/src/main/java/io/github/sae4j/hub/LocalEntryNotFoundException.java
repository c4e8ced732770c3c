package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * A file is not in the cache, and the hub was not asked, because of offline mode ({@link Reason#OFFLINE}), or could not be
 * asked ({@link Reason#UNREACHABLE}).
 *
 * <pre>{@code
 * try {
 *     hub.download(repo, "layer_19/sparsity.safetensors");
 * } catch (LocalEntryNotFoundException e) {
 *     if (e.reason() != HubException.Reason.OFFLINE) {
 *         throw e;
 *     }
 *     System.err.println("Going on without the sparsity. " + e.getMessage());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class LocalEntryNotFoundException extends HubException {

    private static final long serialVersionUID = 1L;

    LocalEntryNotFoundException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
