package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The repository exists and has no such branch, tag, reference or commit.
 *
 * <pre>{@code
 * CachedFile cfg;
 * try {
 *     cfg = hub.download(repo, "v2", "layer_19/cfg.json");
 * } catch (RevisionNotFoundException e) {
 *     cfg = hub.download(repo, "main", "layer_19/cfg.json");
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class RevisionNotFoundException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    RevisionNotFoundException(String message, int status, @Nullable String requestId) {
        super(Reason.REVISION_NOT_FOUND, message, status, requestId, null);
    }
}
