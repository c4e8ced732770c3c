package io.github.sae4j.hub;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Fetches files from a Hugging Face hub into the cache that Python's {@code huggingface_hub} uses as well.
 *
 * <p>What is in the cache is not fetched again; what is fetched is checked against the hash that the hub announces. A
 * download that was interrupted, in whatever way, goes on where it stopped. Threads and processes that want the same file
 * share one transfer.
 *
 * <p>Safe to share between threads. Interrupting a thread ends its download within moments, in a
 * {@link HubInterruptedException}.
 *
 * <pre>{@code
 * HubClient hub = HubClient.create(HubConfig.fromEnvironment());
 * Path cfg = hub.download(RepoId.model("analist/ministral-3b-sae"), "layer_19/cfg.json");
 * }</pre>
 */
public final class HubClient {

    private static final String MAIN = "main";

    private final HubConfig config;
    private final Downloads downloads;

    private HubClient(HubConfig config, HubServices hub) {
        this.config = config;
        this.downloads = new Downloads(hub);
    }

    /**
     * Returns a client; nothing is asked or read yet.
     *
     * @param config how to reach the hub and where to keep files
     */
    public static HubClient create(HubConfig config) {
        return create(config, HubClient::sleep);
    }

    static HubClient create(HubConfig config, Retry.Pause pause) {
        return new HubClient(HubException.requirePresent(config, "config"), HubServices.of(config, pause));
    }

    /** Returns the settings. */
    public HubConfig config() {
        return config;
    }

    /** Returns the cache in which files are kept. */
    public HubCache cache() {
        return config.cache();
    }

    /** Returns the options of the calls that name none: no force, and the configuration's listener. */
    public DownloadOptions options() {
        return new DownloadOptions(false, config.progress());
    }

    /**
     * Returns where a file of the branch {@code main} is, after fetching it if it is not in the cache.
     *
     * @param repo the repository
     * @param file the file's name in the repository, with {@code /}
     * @throws HubException as {@link #download(RepoId, String, String)} does
     */
    public Path download(RepoId repo, String file) {
        return download(repo, MAIN, file).path();
    }

    /**
     * Returns a file, after fetching it if it is not in the cache. For a commit that is in the cache the hub is not asked
     * at all; for a branch it is asked which commit that is now, and if it cannot be asked the cache decides.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference such as {@code refs/pr/1}, or a commit of 40 hexadecimal digits
     * @param file the file's name in the repository, with {@code /}
     * @throws RemoteEntryNotFoundException if the revision has no such file
     * @throws RevisionNotFoundException if the repository has no such revision
     * @throws RepositoryNotFoundException if there is no such repository, or it is private, or gated
     * @throws LocalEntryNotFoundException if the file is not in the cache and the hub cannot or may not be asked
     * @throws HubUnreachableException if the transfer broke off and could not be taken up again
     * @throws IntegrityException if what was received is not what the hub announced
     * @throws HubInterruptedException if the thread was interrupted
     * @throws HubException if a name could lead out of the cache, the cache cannot be written or has no space, or the hub
     *     answers with another error
     */
    public CachedFile download(RepoId repo, String revision, String file) {
        return download(repo, revision, file, options());
    }

    /**
     * Returns a file as {@link #download(RepoId, String, String)} does, with other options.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference such as {@code refs/pr/1}, or a commit of 40 hexadecimal digits
     * @param file the file's name in the repository, with {@code /}
     * @param options how this call differs from the others
     */
    public CachedFile download(RepoId repo, String revision, String file, DownloadOptions options) {
        HubException.requirePresent(options, "options");
        return downloads.download(new FileRequest(repo, revision, file), options);
    }

    private static void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }

    @Override
    public String toString() {
        return "HubClient[" + config + "]";
    }
}
