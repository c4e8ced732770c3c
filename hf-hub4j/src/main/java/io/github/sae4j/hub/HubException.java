package io.github.sae4j.hub;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong with the hub or its cache. The message is a sentence with what was given or found, and what to do
 * about it; no message holds a token or the query of a signed address. {@link #reason()} is the same for programs:
 *
 * <pre>{@code
 * try {
 *     hub.download(repo, "config.json");
 * } catch (HubException e) {
 *     switch (e.reason()) {
 *         case GATED, UNAUTHORIZED -> System.err.println("A token is needed. " + e.getMessage());
 *         case UNREACHABLE, BUSY -> System.err.println("Try again later. " + e.getMessage());
 *         default -> throw e;
 *     }
 * }
 * }</pre>
 *
 * <p>Subtypes carry what else is known: an HTTP status, a commit. An argument that is null ends in a {@link
 * NullPointerException} instead.
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public sealed class HubException extends RuntimeException
        permits FileMetadataException,
                HubHttpException,
                HubInterruptedException,
                HubUnreachableException,
                IntegrityException,
                LocalEntryNotFoundException,
                OfflineModeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Creates an exception.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     */
    public HubException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public HubException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Returns what went wrong. */
    public Reason reason() {
        return reason;
    }

    static <T> T requirePresent(@Nullable T value, String name) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null.");
        }
        return value;
    }

    /**
     * What can go wrong. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * Set<HubException.Reason> passing = EnumSet.of(HubException.Reason.UNREACHABLE, HubException.Reason.BUSY);
     * try {
     *     hub.download(repo, "config.json");
     * } catch (HubException e) {
     *     if (!passing.contains(e.reason())) {
     *         throw e;
     *     }
     *     System.err.println("In an hour again. " + e.getMessage());
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {
        /** An argument, a setting, a variable of the environment, or a name of a repository, revision or file cannot be one. */
        INVALID_ARGUMENT,
        /** There is no such repository, or it is private and the token does not open it. */
        REPOSITORY_NOT_FOUND,
        /** The repository exists, but its terms must be accepted first. */
        GATED,
        /** The hub has disabled the repository. */
        DISABLED,
        /** The repository has no such branch, tag, reference or commit, or the cache has nothing of it. */
        REVISION_NOT_FOUND,
        /** The revision has no such file. */
        FILE_NOT_FOUND,
        /** The hub does not accept the token, or the token has no permission. */
        UNAUTHORIZED,
        /** Offline mode forbids asking the hub, and the cache does not have the answer. */
        OFFLINE,
        /** The hub, or a server that it sends a file from, did not answer or stopped answering. */
        UNREACHABLE,
        /** There were too many requests, or the server failed: a later attempt may succeed. */
        BUSY,
        /** The hub refused the request in another way, or found it wrong. */
        REFUSED,
        /** The answer makes no sense; often something between here and the hub gave it. */
        UNINTELLIGIBLE,
        /** What was received is not what the hub announced. */
        INTEGRITY,
        /** The thread was interrupted while it waited. */
        INTERRUPTED,
        /** The disk of the cache has no space for a file. */
        OUT_OF_SPACE,
        /** The cache cannot be written, or what is to be deleted is being downloaded. */
        CACHE_UNWRITABLE,
        /** The cache cannot be read. */
        CACHE_UNREADABLE,
        /** The cache holds what no client writes. */
        CACHE_DAMAGED
    }
}
