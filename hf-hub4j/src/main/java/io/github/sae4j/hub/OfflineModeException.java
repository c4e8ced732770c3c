package io.github.sae4j.hub;

/**
 * Only the hub can answer this, and offline mode forbids asking it.
 *
 * <p>The cache can say at least which files it has:
 *
 * <pre>{@code
 * List<String> files;
 * try {
 *     files = hub.info(repo, "main").files();
 * } catch (OfflineModeException e) {
 *     HubCache cache = hub.cache();
 *     files = cache.commit(repo, "main").map(commit -> cache.files(repo, commit)).orElse(List.of());
 * }
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class OfflineModeException extends HubException {

    private static final long serialVersionUID = 1L;

    OfflineModeException(String message) {
        super(Reason.OFFLINE, message);
    }
}
