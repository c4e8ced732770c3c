package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The repository exists and has no such branch, tag, reference or commit.
 *
 * @since 0.1
 */
public final class RevisionNotFoundException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    RevisionNotFoundException(String message, int status, @Nullable String requestId) {
        super(Reason.REVISION_NOT_FOUND, message, status, requestId, null);
    }
}
