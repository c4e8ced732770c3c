package io.github.sae4j.hub;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

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
 *
 * @since 0.1
 */
public final class HubClient {

    private static final String MAIN = "main";

    /** How long each answer may take once it is clear that the cache cannot help. */
    private static final Duration LONG_PATIENCE = Duration.ofSeconds(60);

    private final HubConfig config;
    private final HubApi api;
    private final Downloads downloads;
    private final Snapshots snapshots;
    private final RangeReader ranges;

    private HubClient(HubConfig config, HubServices hub) {
        this.config = config;
        this.api = new HubApi(hub);
        this.downloads = new Downloads(hub);
        this.snapshots = new Snapshots(hub, api, downloads);
        this.ranges = new RangeReader(hub);
    }

    /**
     * Returns a client; nothing is asked or read yet.
     *
     * @param config how to reach the hub and where to keep files
     */
    public static HubClient create(HubConfig config) {
        return create(config, HubClient::sleep, LONG_PATIENCE);
    }

    static HubClient create(HubConfig config, Retry.Pause pause, Duration longPatience) {
        HubException.requirePresent(config, "config");
        return new HubClient(config, HubServices.of(config, pause, longPatience));
    }

    /** Returns the settings. */
    public HubConfig config() {
        return config;
    }

    /** Returns the cache in which files are kept. */
    public HubCache cache() {
        return config.cache();
    }

    /** Returns the options of the calls that name none: no force, patience, and the configuration's listener. */
    public DownloadOptions options() {
        return new DownloadOptions(false, true, config.progress());
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
     * at all, nor for a file of which the cache knows that the commit lacks it; for a branch it is asked which commit
     * that is now, and if it cannot be asked the cache decides.
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

    /**
     * Returns the folder of a revision's files, after fetching those that the cache lacks, eight at a time.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @param allow patterns of which a file's name must match one; empty to allow all. {@code *} stands for any
     *     characters, {@code /} among them, {@code ?} for one, {@code [abc]} and {@code [!abc]} for one of several; a
     *     pattern that ends with {@code /} means all in that folder
     * @param ignore patterns of which a file's name must match none
     * @throws LocalEntryNotFoundException if the hub cannot or may not be asked and the cache does not have all of it
     * @throws HubException as {@link #download(RepoId, String, String)} does; what was fetched by then stays in the cache
     */
    public Path snapshot(RepoId repo, String revision, List<String> allow, List<String> ignore) {
        return snapshot(repo, revision, allow, ignore, options());
    }

    /**
     * Returns the folder of a revision's files as {@link #snapshot(RepoId, String, List, List)} does, with other options.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @param allow patterns of which a file's name must match one; empty to allow all
     * @param ignore patterns of which a file's name must match none
     * @param options how this call differs from the others; its listener is called by several threads
     */
    public Path snapshot(
            RepoId repo, String revision, List<String> allow, List<String> ignore, DownloadOptions options) {
        HubException.requirePresent(options, "options");
        NamePatterns patterns = new NamePatterns(
                HubException.requirePresent(allow, "allow"), HubException.requirePresent(ignore, "ignore"));
        return snapshots.snapshot(repo, revision, patterns, options);
    }

    /**
     * Returns the files of a revision with their sizes and hashes. For a commit whose list is in the cache the hub is not
     * asked.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @throws OfflineModeException if offline mode forbids asking the hub
     * @throws HubUnreachableException if the hub does not answer
     * @throws FileMetadataException if the answer makes no sense
     * @throws HubHttpException if the answer is an error
     */
    public List<RepoFile> list(RepoId repo, String revision) {
        return snapshots.list(repo, revision);
    }

    /**
     * Returns what the hub says of a repository at a revision.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @throws OfflineModeException if offline mode forbids asking the hub
     * @throws HubUnreachableException if the hub does not answer
     * @throws FileMetadataException if the answer makes no sense
     * @throws HubHttpException if the answer is an error
     */
    public RepoInfo info(RepoId repo, String revision) {
        return api.infoWithPatience(repo, revision);
    }

    /**
     * Returns whether a revision has a file; false as well if there is no such repository or revision. Nothing is
     * fetched. In offline mode, and for a commit, the cache answers as far as it knows.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @param file the file's name in the repository, with {@code /}
     * @throws GatedRepositoryException if the repository's terms have not been accepted
     * @throws OfflineModeException if offline mode forbids asking the hub, and the cache does not know
     * @throws HubUnreachableException if the hub does not answer
     * @throws HubException if a name could lead out of the cache, or the hub answers with another error
     */
    public boolean exists(RepoId repo, String revision, String file) {
        return downloads.exists(new FileRequest(repo, revision, file));
    }

    /**
     * Returns what the hub says of a file, without fetching it. The hub is asked, unless the cache
     * knows that a commit has no such file.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @param file the file's name in the repository, with {@code /}
     * @throws RemoteEntryNotFoundException if the revision has no such file
     * @throws OfflineModeException if offline mode forbids asking the hub
     * @throws HubUnreachableException if the hub does not answer
     * @throws HubException if a name could lead out of the cache, or the hub answers with another error
     */
    public RemoteFile lookUp(RepoId repo, String revision, String file) {
        return downloads.describe(new FileRequest(repo, revision, file));
    }

    /**
     * Returns a part of a file without fetching the rest: the header of a large file, for example. If the file is in the
     * cache, its bytes come from there. A part cannot be checked against the file's hash.
     *
     * @param repo the repository
     * @param revision a branch, a tag, a reference or a commit
     * @param file the file's name in the repository, with {@code /}
     * @param from the first byte, counted from 0
     * @param length how many bytes; where the file ends earlier, fewer are returned
     * @throws RemoteEntryNotFoundException if the revision has no such file
     * @throws OfflineModeException if offline mode forbids asking the hub, and the file is not in the cache
     * @throws HubUnreachableException if the hub does not answer
     * @throws HubException if {@code from} or {@code length} is negative, a name could lead out of the cache, or the hub
     *     answers with another error
     */
    public byte[] read(RepoId repo, String revision, String file, long from, int length) {
        return ranges.read(new FileRequest(repo, revision, file), from, length);
    }

    private static void sleep(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }

    @Override
    public String toString() {
        return "HubClient[" + config + "]";
    }
}
