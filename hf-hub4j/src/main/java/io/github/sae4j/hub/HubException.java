package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * What went wrong with the hub or its cache. The message is a sentence with what was given or found, and what to do
 * about it; no message holds a token or the query of a signed address.
 *
 * <p>This type itself says that a name cannot be one of a repository, a revision or a file, that the settings will not
 * do, or that the cache cannot be read or written. Its subtypes tell the other failures apart.
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

    /**
     * Creates an exception.
     *
     * @param message a sentence that a user can act on
     */
    public HubException(String message) {
        super(message);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public HubException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    static <T> T requirePresent(@Nullable T value, String name) {
        if (value == null) {
            throw new HubException(name + " must not be null.");
        }
        return value;
    }
}
