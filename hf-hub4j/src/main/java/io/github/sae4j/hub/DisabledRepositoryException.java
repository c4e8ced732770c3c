package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The hub has disabled the repository: nothing of it is fetched any more. {@link HubClient#download} still returns what the
 * cache has of it.
 *
 * <pre>{@code
 * try {
 *     hub.download(repo, "config.json");
 * } catch (DisabledRepositoryException e) {
 *     System.err.println(e.getMessage()); // with the address of the page that may say why
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class DisabledRepositoryException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    DisabledRepositoryException(String message, int status, @Nullable String requestId) {
        super(Reason.DISABLED, message, status, requestId, null);
    }
}
