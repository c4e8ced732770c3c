package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The hub, or the server that it sends a file from, did not answer, or stopped answering in the middle.
 *
 * <pre>{@code
 * String commit;
 * try {
 *     commit = hub.info(repo, "main").commit();
 * } catch (HubUnreachableException e) {
 *     commit = hub.cache().commit(repo, "main").orElseThrow(() -> e);
 *     System.err.println("The commit that main stood for when it was last asked, " + commit + ". " + e.getMessage());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class HubUnreachableException extends HubException {

    private static final long serialVersionUID = 1L;

    HubUnreachableException(String message, @Nullable Throwable cause) {
        super(Reason.UNREACHABLE, message, cause);
    }
}
