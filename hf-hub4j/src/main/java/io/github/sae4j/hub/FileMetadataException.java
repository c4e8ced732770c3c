package io.github.sae4j.hub;

/**
 * The hub's answer does not say what a file is: its commit, ETag or size is missing or makes no sense. Often something
 * between here and the hub, such as a proxy, answered in its place.
 *
 * <pre>{@code
 * try {
 *     hub.lookUp(repo, "main", "layer_19/cfg.json");
 * } catch (FileMetadataException e) {
 *     throw new IOException("Is " + hub.config().endpoint() + " a hub? " + e.getMessage(), e);
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class FileMetadataException extends HubException {

    private static final long serialVersionUID = 1L;

    FileMetadataException(String message) {
        super(Reason.UNINTELLIGIBLE, message);
    }
}
