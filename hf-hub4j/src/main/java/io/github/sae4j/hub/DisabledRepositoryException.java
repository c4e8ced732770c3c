package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The hub has disabled the repository.
 *
 * <pre>{@code
 * for (String id : List.of("owner/first-sae", "owner/second-sae")) {
 *     try {
 *         hub.download(RepoId.model(id), "cfg.json");
 *     } catch (DisabledRepositoryException e) {
 *         System.err.println("Left out: " + e.getMessage());
 *     }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class DisabledRepositoryException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    DisabledRepositoryException(String message, int status, @Nullable String requestId) {
        super(Reason.DISABLED, message, status, requestId, null);
    }
}
