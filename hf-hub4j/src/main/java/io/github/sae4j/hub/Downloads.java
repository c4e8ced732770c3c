package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import io.github.sae4j.hub.HubTransport.ProxyFailure;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets single files into the cache: from the cache itself, else from the hub, else from the cache after all. */
final class Downloads {

    private static final Logger LOG = LoggerFactory.getLogger(Downloads.class);

    private final HubServices hub;
    private final HubCache cache;

    Downloads(HubServices hub) {
        this.hub = hub;
        this.cache = hub.config().cache();
    }

    CachedFile download(FileRequest wanted, DownloadOptions options) {
        boolean pinned = HubCache.isCommit(wanted.revision());
        if (hub.config().offline() || (pinned && !options.force())) {
            Optional<CachedFile> cached = find(wanted);
            if (cached.isPresent()) {
                return cached.get();
            }
            refuseKnownAbsent(wanted);
        }
        if (hub.config().offline()) {
            throw new LocalEntryNotFoundException(
                    Reason.OFFLINE,
                    "The cache " + cache.folder() + " does not have " + wanted.what()
                            + ", and offline mode forbids fetching it. Leave offline mode (HF_HUB_OFFLINE), or fetch it"
                            + " on a machine with network and copy the cache.",
                    null);
        }
        FileMetadata metadata;
        try {
            metadata = lookUp(wanted);
        } catch (IOException | HubException e) {
            return afterFailure(wanted, options, e);
        }
        return store(wanted, metadata, options);
    }

    boolean exists(FileRequest wanted) {
        if (hub.config().offline()) {
            return existsInCache(wanted);
        }
        if (HubCache.isCommit(wanted.revision())) {
            if (find(wanted).isPresent()) {
                return true;
            }
            if (absentFrom(wanted).isPresent()) {
                return false;
            }
        }
        try {
            hub.retry().run(wanted.what(), () -> lookUp(wanted), null);
            return true;
        } catch (GatedRepositoryException e) {
            throw e;
        } catch (RemoteEntryNotFoundException | RevisionNotFoundException | RepositoryNotFoundException e) {
            return false;
        } catch (IOException e) {
            throw unreachable(wanted.what(), e);
        }
    }

    /** Returns what the hub says of a file; it is not asked for one that the cache knows to be absent from a commit. */
    RemoteFile describe(FileRequest wanted) {
        hub.requireOnline(wanted.what());
        if (HubCache.isCommit(wanted.revision())) {
            refuseKnownAbsent(wanted);
        }
        try {
            FileMetadata metadata = hub.retry().run(wanted.what(), () -> lookUp(wanted), null);
            return new RemoteFile(wanted.file(), metadata.commit(), metadata.size());
        } catch (IOException e) {
            throw unreachable(wanted.what(), e);
        }
    }

    private boolean existsInCache(FileRequest wanted) {
        if (find(wanted).isPresent()) {
            return true;
        }
        if (absentFrom(wanted).isEmpty()) {
            hub.requireOnline(wanted.what());
        }
        return false;
    }

    private void refuseKnownAbsent(FileRequest wanted) {
        Optional<String> commit = absentFrom(wanted);
        if (commit.isPresent()) {
            throw new RemoteEntryNotFoundException(
                    "The hub does not have " + wanted.what() + ": the revision has no such file, as the cache "
                            + cache.folder() + " noted for the commit " + commit.get() + ".",
                    HttpURLConnection.HTTP_NOT_FOUND,
                    null,
                    commit.get());
        }
    }

    /** Returns the commit that the revision stood for last, if the cache knows that it lacks the file. */
    private Optional<String> absentFrom(FileRequest wanted) {
        RepoFolder folder = folder(wanted);
        return cache.commit(wanted.repo(), wanted.revision())
                .filter(commit -> Files.isRegularFile(folder.absence(commit, wanted.file()))
                        || TreeListing.read(folder.listing(commit))
                                .filter(files -> files.stream()
                                        .noneMatch(file -> file.path().equals(wanted.file())))
                                .isPresent());
    }

    /** Asks the hub what the file is, and notes in the cache if it is nothing. */
    private FileMetadata lookUp(FileRequest wanted) throws IOException {
        return lookUp(wanted, hub.config().etagTimeout());
    }

    private FileMetadata lookUp(FileRequest wanted, Duration patience) throws IOException {
        try {
            return hub.lookup().ask(wanted.repo(), wanted.revision(), wanted.file(), patience);
        } catch (RemoteEntryNotFoundException e) {
            e.commit().ifPresent(commit -> {
                RepoFolder folder = folder(wanted);
                folder.noteAbsence(commit, wanted.file());
                folder.noteRevision(wanted.revision(), commit);
            });
            throw e;
        }
    }

    private CachedFile afterFailure(FileRequest wanted, DownloadOptions options, Exception failure) {
        if (isFinal(failure)) {
            throw raised(wanted, options, failure);
        }
        Optional<CachedFile> cached = options.force() ? Optional.empty() : find(wanted);
        if (cached.isPresent()) {
            LOG.warn(
                    "The hub could not be asked about {}; taking it from the cache, commit {}: {}",
                    wanted.what(),
                    cached.get().commit(),
                    Wording.reason(failure));
            return cached.get();
        }
        if (!options.force()) {
            refuseKnownAbsent(wanted);
        }
        if (!options.patient() || !Retry.mayPass(failure)) {
            throw raised(wanted, options, failure);
        }
        FileMetadata metadata;
        try {
            metadata = hub.retry()
                    .telling(options.progress())
                    .run(wanted.what(), () -> lookUp(wanted, hub.longPatience()), failure);
        } catch (IOException | HubException e) {
            throw raised(wanted, options, e);
        }
        return store(wanted, metadata, options);
    }

    /** Returns whether a failure is one that the cache must not hide. */
    static boolean isFinal(Exception failure) {
        return failure instanceof RemoteEntryNotFoundException
                || failure instanceof RevisionNotFoundException
                || failure instanceof HubInterruptedException
                || failure instanceof ProxyFailure;
    }

    private HubException raised(FileRequest wanted, DownloadOptions options, Exception failure) {
        if (failure instanceof HubException known) {
            return known;
        }
        HubUnreachableException unreachable = unreachable(wanted.what(), failure);
        return failure instanceof ProxyFailure || options.force()
                ? unreachable
                : new LocalEntryNotFoundException(
                        Reason.UNREACHABLE,
                        "The cache " + cache.folder() + " does not have " + wanted.what() + ", and "
                                + hub.config().endpoint()
                                + " could not be asked: " + Wording.reason(failure)
                                + ". Check the network (and HF_ENDPOINT), then try again.",
                        unreachable);
    }

    static HubUnreachableException unreachable(String what, Exception failure) {
        return new HubUnreachableException(
                "No answer came for " + what + ": " + Wording.reason(failure) + ". Check the network, then try again.",
                failure);
    }

    private CachedFile store(FileRequest wanted, FileMetadata metadata, DownloadOptions options) {
        RepoFolder folder = folder(wanted);
        Path pointer = folder.pointer(metadata.commit(), wanted.file());
        try {
            if (options.force() || !isWhole(pointer, metadata)) {
                folder.create();
                try (CacheLock lock = CacheLock.acquire(folder.lock(metadata.etag()))) {
                    fill(wanted, metadata, options, folder, lock);
                }
            }
        } catch (InterruptedException | ClosedByInterruptException e) {
            throw HubTransport.interrupted(e);
        } catch (IOException e) {
            throw cannotKeep(cache, wanted.what(), e);
        }
        folder.noteRevision(wanted.revision(), metadata.commit());
        return new CachedFile(pointer, wanted.repo(), metadata.commit(), wanted.file());
    }

    static HubException cannotKeep(HubCache cache, String what, IOException failure) {
        String why = TooManyFiles.isCause(failure)
                ? TooManyFiles.REASON + "."
                : reason(failure) + ". Check its permissions and the disk, or name another folder (HF_HUB_CACHE).";
        return new HubException(
                hasNoSpace(failure) ? Reason.OUT_OF_SPACE : Reason.CACHE_UNWRITABLE,
                "The cache " + cache.folder() + " cannot keep " + what + ": " + why,
                failure);
    }

    /** Systems have no error of its own for a full disk, so its words decide: those of Linux and macOS, of Windows, and of one in memory. */
    private static boolean hasNoSpace(IOException failure) {
        String words = reason(failure);
        return words.contains("No space left")
                || words.contains("not enough space")
                || words.contains("out of disk space");
    }

    private void fill(
            FileRequest wanted, FileMetadata metadata, DownloadOptions options, RepoFolder folder, CacheLock lock)
            throws IOException {
        Path blob = folder.blob(metadata.etag());
        if (!options.force()) {
            if (isWhole(folder.pointer(metadata.commit(), wanted.file()), metadata)) {
                return;
            }
            if (isWhole(blob, metadata)) {
                folder.pointTo(blob, metadata, wanted.file());
                return;
            }
        }
        boolean shared = lock.excludesProcesses();
        Path partial = shared ? folder.partial(metadata.etag()) : folder.unsharedPartial(metadata.etag());
        try {
            if (options.force()) {
                Files.deleteIfExists(partial);
            }
            fetch(wanted, metadata, partial, options.progress());
            folder.place(partial, metadata, wanted.file());
        } finally {
            if (!shared) {
                Files.deleteIfExists(partial);
            }
        }
        options.progress().onDone(wanted.file());
        LOG.info("Fetched {}: {}", wanted.what(), Wording.bytes(metadata.size()));
    }

    private void fetch(FileRequest wanted, FileMetadata metadata, Path partial, ProgressListener progress)
            throws IOException {
        Transfer transfer = new Transfer(hub, wanted, metadata, partial, progress);
        try {
            transfer.run();
        } catch (Transfer.NetworkFailure e) {
            throw unreachable(wanted.what(), e);
        }
    }

    private Optional<CachedFile> find(FileRequest wanted) {
        return cache.find(wanted.repo(), wanted.revision(), wanted.file());
    }

    private RepoFolder folder(FileRequest wanted) {
        return new RepoFolder(cache, wanted.repo(), hub.config().symlinks());
    }

    /** A file of another size was cut short by a crash or changed by somebody, and is fetched again. */
    private static boolean isWhole(Path file, FileMetadata metadata) throws IOException {
        return Files.isRegularFile(file) && Files.size(file) == metadata.size();
    }

    private static String reason(IOException failed) {
        IOException failure = failed instanceof Transfer.DiskFailure disk ? disk.reason() : failed;
        @Nullable String message = failure.getMessage();
        return failure.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }
}
