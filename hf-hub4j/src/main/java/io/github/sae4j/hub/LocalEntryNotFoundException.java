package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * A file is not in the cache, and the hub was not asked, because of offline mode ({@link Reason#OFFLINE}), or could not be
 * asked ({@link Reason#UNREACHABLE}).
 *
 * @since 0.1
 */
public final class LocalEntryNotFoundException extends HubException {

    private static final long serialVersionUID = 1L;

    LocalEntryNotFoundException(Reason reason, String message, @Nullable Throwable cause) {
        super(reason, message, cause);
    }
}
