package io.github.sae4j.hub;

import org.jspecify.annotations.Nullable;

/**
 * The thread was interrupted while it waited for the hub or for another download of the same file. Its interrupt flag is
 * set again; what was received is kept, and the next call goes on from there.
 *
 * <p>A download that may take five minutes:
 *
 * <pre>{@code
 * Thread download = new Thread(() -> {
 *     try {
 *         hub.download(repo, "layer_19/sae_weights.safetensors");
 *     } catch (HubInterruptedException e) {
 *         System.err.println("Stopped. " + e.getMessage());
 *     }
 * });
 * download.start();
 * download.join(Duration.ofMinutes(5).toMillis());
 * download.interrupt();                                          // ends it within moments, if it is not done
 * download.join();
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class HubInterruptedException extends HubException {

    private static final long serialVersionUID = 1L;

    HubInterruptedException(String message, @Nullable Throwable cause) {
        super(Reason.INTERRUPTED, message, cause);
    }
}
