package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * There is no such repository, or it is private and the token does not open it; the hub does not say which.
 *
 * @since 0.1
 */
public sealed class RepositoryNotFoundException extends HubHttpException permits GatedRepositoryException {

    private static final long serialVersionUID = 1L;

    RepositoryNotFoundException(String message, int status, @Nullable String requestId) {
        this(Reason.REPOSITORY_NOT_FOUND, message, status, requestId);
    }

    RepositoryNotFoundException(Reason reason, String message, int status, @Nullable String requestId) {
        super(reason, message, status, requestId, null);
    }
}
