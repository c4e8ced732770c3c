package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The hub found the request itself wrong (status 400).
 *
 * <pre>{@code
 * try {
 *     hub.info(repo, "main");
 * } catch (BadRequestException e) {
 *     e.requestId().ifPresent(id -> System.err.println("Give the hub's support the request " + id));
 *     throw e;
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class BadRequestException extends HubHttpException {

    private static final long serialVersionUID = 1L;

    BadRequestException(String message, int status, @Nullable String requestId) {
        super(Reason.REFUSED, message, status, requestId, null);
    }
}
