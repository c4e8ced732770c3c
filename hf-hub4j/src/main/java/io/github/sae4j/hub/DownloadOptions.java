package io.github.sae4j.hub;

/**
 * How one call may differ from the client's settings.
 *
 * @param force whether to fetch a file again that is in the cache
 * @param progress who is told how the download gets on
 */
public record DownloadOptions(boolean force, ProgressListener progress) {

    /** Checks that nothing is missing. */
    public DownloadOptions {
        HubException.requirePresent(progress, "progress");
    }

    /**
     * Returns these options with another listener.
     *
     * @param listener who is told how the download gets on
     */
    public DownloadOptions withProgress(ProgressListener listener) {
        return new DownloadOptions(force, listener);
    }

    /**
     * Returns these options with or without force.
     *
     * @param again whether to fetch a file again that is in the cache
     */
    public DownloadOptions withForce(boolean again) {
        return new DownloadOptions(again, progress);
    }
}
