package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * There is no such repository, or it is private and the token does not open it; the hub does not say which.
 *
 * <p>A gated repository is caught first where it is to be told apart:
 *
 * <pre>{@code
 * try {
 *     hub.download(repo, "config.json");
 * } catch (GatedRepositoryException e) {
 *     System.err.println("Accept the terms first. " + e.getMessage());
 * } catch (RepositoryNotFoundException e) {
 *     System.err.println("Is the name right? " + e.getMessage());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
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
