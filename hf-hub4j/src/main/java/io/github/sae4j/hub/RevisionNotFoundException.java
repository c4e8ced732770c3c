package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The repository exists and has no such branch, tag, reference or commit.
 *
 * <p>Another revision may hold other weights, so the program says what is wrong and takes none in its place:
 *
 * <pre>{@code
 * String revision = System.getProperty("sae.revision", "main");
 * try {
 *     hub.download(repo, revision, "layer_19/cfg.json");
 * } catch (RevisionNotFoundException e) {
 *     throw new IllegalArgumentException("sae.revision is wrong. " + e.getMessage(), e);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class RevisionNotFoundException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    RevisionNotFoundException(String message, int status, @Nullable String requestId) {
        super(Reason.REVISION_NOT_FOUND, message, status, requestId, null);
    }
}
