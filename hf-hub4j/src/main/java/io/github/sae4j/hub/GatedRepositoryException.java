package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The repository exists, but its terms must be accepted on the hub's page before its files can be fetched.
 *
 * <pre>{@code
 * try {
 *     hub.download(repo, "config.json");
 * } catch (GatedRepositoryException e) {
 *     System.err.println(e.getMessage()); // with the page's address
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class GatedRepositoryException extends RepositoryNotFoundException {

    private static final long serialVersionUID = 1L;

    GatedRepositoryException(String message, int status, @Nullable String requestId) {
        super(Reason.GATED, message, status, requestId);
    }
}
