package io.github.sae4j.hub;

import io.github.sae4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gets all files of a commit, or those that patterns name, into the cache. */
final class Snapshots {

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);
    private static final int WORKERS = 8;
    private static final int SECONDS_TO_STOP = 5;

    private final HubServices hub;
    private final HubApi api;
    private final Downloads downloads;

    Snapshots(HubServices hub, HubApi api, Downloads downloads) {
        this.hub = hub;
        this.api = api;
        this.downloads = downloads;
    }

    Path snapshot(RepoId repo, String revision, NamePatterns patterns, DownloadOptions options) {
        HubException.requirePresent(repo, "repo");
        SafePath.requireRevision(revision);
        RepoFolder folder = new RepoFolder(cache(), repo, hub.config().symlinks());
        if (hub.config().offline()) {
            return cached(repo, revision, folder, patterns).orElseThrow(() -> notCached(repo, revision));
        }
        try {
            String commit;
            try {
                commit = HubCache.isCommit(revision)
                        ? revision
                        : api.info(repo, revision).commit();
            } catch (IOException | HubException e) {
                if (Downloads.isFinal(e)) {
                    throw e;
                }
                Optional<Path> complete = options.force() ? Optional.empty() : cached(repo, revision, folder, patterns);
                if (complete.isPresent()) {
                    LOG.warn(
                            "The hub could not be asked about {} at \"{}\"; taking the snapshot from the cache: {}",
                            repo.id(),
                            revision,
                            Wording.reason(e));
                    return complete.get();
                }
                if (!Retry.mayPass(e)) {
                    throw e;
                }
                commit = hub.retry()
                        .telling(options.progress())
                        .run(repo.id(), () -> api.info(repo, revision).commit(), e);
            }
            List<RepoFile> files = list(repo, commit, folder);
            fetch(repo, commit, missing(folder, commit, files, patterns, options.force()), folder, options);
            folder.noteRevision(revision, commit);
            return created(cache().snapshot(repo, commit), repo);
        } catch (IOException e) {
            throw Downloads.unreachable("the snapshot of " + repo.id() + " at \"" + revision + "\"", e);
        }
    }

    /** A snapshot without files, since the patterns leave none, is a folder as well. */
    private Path created(Path snapshot, RepoId repo) {
        try {
            return Files.createDirectories(snapshot);
        } catch (IOException e) {
            throw Downloads.cannotKeep(cache(), "the snapshot of " + repo.id(), e);
        }
    }

    /** Returns the files of a revision, from the cache if it is a commit whose files are known. */
    List<RepoFile> list(RepoId repo, String revision) {
        HubException.requirePresent(repo, "repo");
        SafePath.requireRevision(revision);
        try {
            if (HubCache.isCommit(revision)) {
                return list(
                        repo,
                        revision,
                        new RepoFolder(cache(), repo, hub.config().symlinks()));
            }
            return api.list(repo, revision);
        } catch (IOException e) {
            throw Downloads.unreachable("the list of files of " + repo.id(), e);
        }
    }

    /** Returns the files of a commit, from the cache if it knows them. */
    private List<RepoFile> list(RepoId repo, String commit, RepoFolder folder) throws IOException {
        Path kept = folder.listing(commit);
        Optional<List<RepoFile>> known = TreeListing.read(kept);
        if (known.isPresent()) {
            return known.get();
        }
        List<RepoFile> files = api.list(repo, commit);
        TreeListing.write(kept, files);
        return files;
    }

    /** Returns the snapshot if the cache has all of it, and knows that it does. */
    private Optional<Path> cached(RepoId repo, String revision, RepoFolder folder, NamePatterns patterns) {
        Optional<String> commit = cache().commit(repo, revision);
        return commit.flatMap(known -> TreeListing.read(folder.listing(known)))
                .filter(files ->
                        missing(folder, commit.get(), files, patterns, false).isEmpty())
                .map(files -> cache().snapshot(repo, commit.get()))
                .filter(Files::isDirectory);
    }

    private static List<String> missing(
            RepoFolder folder, String commit, List<RepoFile> files, NamePatterns patterns, boolean all) {
        return files.stream()
                .filter(file -> patterns.want(file.path()))
                .filter(file -> all || !isThere(folder.pointer(commit, file.path()), file))
                .map(RepoFile::path)
                .toList();
    }

    private static boolean isThere(Path path, RepoFile file) {
        try {
            return Files.isRegularFile(path) && Files.size(path) == file.size();
        } catch (IOException e) {
            return false;
        }
    }

    private LocalEntryNotFoundException notCached(RepoId repo, String revision) {
        return new LocalEntryNotFoundException(
                Reason.OFFLINE,
                "The cache " + cache().folder() + " does not have all files of " + repo.id() + " at \"" + revision
                        + "\" that were asked for, or does not know which these are, and offline mode forbids fetching"
                        + " them. Leave offline mode (HF_HUB_OFFLINE) once.",
                null);
    }

    private void fetch(RepoId repo, String commit, List<String> files, RepoFolder folder, DownloadOptions options) {
        if (files.isEmpty()) {
            return;
        }
        ExecutorService workers = Executors.newFixedThreadPool(Math.min(WORKERS, files.size()), task -> {
            Thread thread = new Thread(task, "hub-snapshot");
            thread.setDaemon(true);
            return thread;
        });
        try {
            CompletionService<CachedFile> results = new ExecutorCompletionService<>(workers);
            for (String file : files) {
                // A file that is there and yet missing has the wrong size.
                boolean damaged = Files.exists(folder.pointer(commit, file));
                results.submit(() -> downloads.download(
                        new FileRequest(repo, commit, file), options.withForce(options.force() || damaged)));
            }
            for (int done = 0; done < files.size(); done++) {
                results.take().get();
            }
        } catch (InterruptedException e) {
            stop(workers);
            throw HubTransport.interrupted(e);
        } catch (ExecutionException e) {
            stop(workers);
            throw unwrapped(e.getCause());
        } finally {
            workers.shutdownNow();
        }
    }

    /** Lets the other downloads end before the caller hears of it: their locks are free then. */
    private static void stop(ExecutorService workers) {
        workers.shutdownNow();
        try {
            if (!workers.awaitTermination(SECONDS_TO_STOP, TimeUnit.SECONDS)) {
                LOG.debug("some downloads of the snapshot take long to stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static RuntimeException unwrapped(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
    }

    private HubCache cache() {
        return hub.config().cache();
    }
}
