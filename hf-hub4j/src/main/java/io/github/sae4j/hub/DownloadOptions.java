package io.github.sae4j.hub;

/**
 * How one call may differ from the client's settings; {@link HubClient#options()} has these. Immutable.
 *
 * <pre>{@code
 * DownloadOptions options = hub.options().withForce(true).withPatience(false);
 * CachedFile cfg = hub.download(repo, "main", "layer_19/cfg.json", options);
 * }</pre>
 *
 * @since 0.1
 */
public final class DownloadOptions {

    private final boolean force;
    private final boolean patient;
    private final ProgressListener progress;

    DownloadOptions(boolean force, boolean patient, ProgressListener progress) {
        this.force = force;
        this.patient = patient;
        this.progress = progress;
    }

    /** Returns whether to fetch a file again that is in the cache. */
    public boolean force() {
        return force;
    }

    /** Returns whether a hub that does not answer is asked again, for some minutes, where the cache cannot help. */
    public boolean patient() {
        return patient;
    }

    /** Returns what receives the progress of the download. */
    public ProgressListener progress() {
        return progress;
    }

    /**
     * Returns these options with another listener.
     *
     * @param listener receives the progress of the download
     * @throws NullPointerException if {@code listener} is null
     */
    public DownloadOptions withProgress(ProgressListener listener) {
        return new DownloadOptions(force, patient, HubException.requirePresent(listener, "listener"));
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
