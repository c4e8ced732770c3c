package io.github.sae4j.hub;

/**
 * What was received is not the file that the hub announced: its size or its hash
 * differs, or the answer to a range is another range. Bytes that cannot be right are not kept.
 *
 * <pre>{@code
 * Path weights;
 * try {
 *     weights = hub.download(repo, "layer_19/sae_weights.safetensors");
 * } catch (IntegrityException e) {
 *     System.err.println("Once more, from the beginning. " + e.getMessage());
 *     weights = hub.download(repo, "layer_19/sae_weights.safetensors");
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class IntegrityException extends HubException {

    private static final long serialVersionUID = 1L;

    IntegrityException(String message) {
        super(Reason.INTEGRITY, message);
    }
}
