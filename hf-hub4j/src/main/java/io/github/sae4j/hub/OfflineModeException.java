package io.github.sae4j.hub;

/**
 * Only the hub can answer this, and offline mode forbids asking it.
 *
 * @since 0.1
 */
public final class OfflineModeException extends HubException {

    private static final long serialVersionUID = 1L;

    OfflineModeException(String message) {
        super(Reason.OFFLINE, message);
    }
}
