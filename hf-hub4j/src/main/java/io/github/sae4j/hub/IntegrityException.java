package io.github.sae4j.hub;

/**
 * What was received is not the file that the hub announced: its size or its hash
 * differs, or the answer to a range is another range. Bytes that cannot be right are not kept.
 *
 * @since 0.1
 */
public final class IntegrityException extends HubException {

    private static final long serialVersionUID = 1L;

    IntegrityException(String message) {
        super(Reason.INTEGRITY, message);
    }
}
