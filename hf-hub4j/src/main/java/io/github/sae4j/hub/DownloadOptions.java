package io.github.sae4j.hub;

/**
 * How one call may differ from the client's settings.
 *
 * <pre>{@code
 * DownloadOptions options = hub.options().withForce(true).withPatience(false);
 * CachedFile cfg = hub.download(repo, "main", "layer_19/cfg.json", options);
 * }</pre>
 *
 * @param force whether to fetch a file again that is in the cache
 * @param patient whether a hub that does not answer is asked again, for some minutes, where the cache cannot help
 * @param progress receives the progress of the download
 * @since 0.1
 */
public record DownloadOptions(boolean force, boolean patient, ProgressListener progress) {

    /** Checks that nothing is missing. */
    public DownloadOptions {
        HubException.requirePresent(progress, "progress");
    }

    /**
     * Returns these options with another listener.
     *
     * @param listener receives the progress of the download
     */
    public DownloadOptions withProgress(ProgressListener listener) {
        return new DownloadOptions(force, patient, listener);
    }

    /**
     * Returns these options with or without force.
     *
     * @param again whether to fetch a file again that is in the cache
     */
    public DownloadOptions withForce(boolean again) {
        return new DownloadOptions(again, patient, progress);
    }

    /**
     * Returns these options with or without patience, for a file that is not worth waiting for.
     *
     * @param waits whether a hub that does not answer is asked again
     */
    public DownloadOptions withPatience(boolean waits) {
        return new DownloadOptions(force, waits, progress);
    }
}
