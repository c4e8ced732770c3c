package io.github.sae4j.hub;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The hub answered, and the answer is an error. This type itself stands for the statuses that have no type of their own,
 * such as 403 (no permission), 416 (no such range), 429 (too many requests) and those from 500 on.
 *
 * <p>By itself the client waits for some minutes at most. A job that has the night for it may wait for as long as the hub
 * asks, three times:
 *
 * <pre>{@code
 * Path config = null;
 * for (int waits = 0; config == null; waits++) {
 *     try {
 *         config = hub.download(repo, "config.json");
 *     } catch (HubHttpException e) {
 *         if (e.status() != 429 || waits == 3) {
 *             throw e;
 *         }
 *         Thread.sleep(e.retryAfter().orElse(Duration.ofMinutes(10)).toMillis());
 *     }
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public sealed class HubHttpException extends HubException
        permits BadRequestException,
                DisabledRepositoryException,
                RemoteEntryNotFoundException,
                RepositoryNotFoundException,
                RevisionNotFoundException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final @Nullable String requestId;
    private final @Nullable Duration retryAfter;

    HubHttpException(String message, int status, @Nullable String requestId, @Nullable Duration retryAfter) {
        this(reason(status), message, status, requestId, retryAfter);
    }

    HubHttpException(
            Reason reason, String message, int status, @Nullable String requestId, @Nullable Duration retryAfter) {
        super(reason, message);
        this.status = status;
        this.requestId = requestId;
        this.retryAfter = retryAfter;
    }

    private static Reason reason(int status) {
        if (status == 401 || status == 403) {
            return Reason.UNAUTHORIZED;
        }
        return HubErrors.isPassing(status) || status >= 500 ? Reason.BUSY : Reason.REFUSED;
    }

    /** Returns the answer's HTTP status. */
    public int status() {
        return status;
    }

    /** Returns what the hub calls the request, if it says so; the hub's support asks for it. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /** Returns how long the hub asks to wait before the next try, if it does. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
