package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The hub has disabled the repository.
 *
 * @since 0.1
 */
public final class DisabledRepositoryException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    DisabledRepositoryException(String message, int status, @Nullable String requestId) {
        super(Reason.DISABLED, message, status, requestId, null);
    }
}
