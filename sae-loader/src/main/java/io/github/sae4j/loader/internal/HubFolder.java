package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.hub.CachedFile;
import io.github.sae4j.hub.DownloadOptions;
import io.github.sae4j.hub.HubCache;
import io.github.sae4j.hub.HubClient;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.hub.HubInterruptedException;
import io.github.sae4j.hub.LocalEntryNotFoundException;
import io.github.sae4j.hub.RemoteEntryNotFoundException;
import io.github.sae4j.hub.RepoFile;
import io.github.sae4j.hub.RepoId;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a published SAE, fetched into the hub's cache one by one as they are asked for.
 *
 * <p>The first answer says which commit the revision stands for, and all later files are of that commit.
 */
public final class HubFolder implements SaeFolder {

    private static final Logger LOG = LoggerFactory.getLogger(HubFolder.class);
    private static final String DEFAULT_REVISION = "main";
    private static final int SHORT_COMMIT = 7;
    private static final int NEAREST = 5;

    private final HubClient hub;
    private final DownloadOptions options;
    private final SaeAddress address;
    private @Nullable String commit;

    private HubFolder(HubClient hub, DownloadOptions options, SaeAddress address) {
        this.hub = hub;
        this.options = options;
        this.address = address;
    }

    /**
     * Returns the files of an SAE; nothing is asked or fetched yet.
     *
     * @param options how files are fetched
     */
    public static HubFolder of(HubClient hub, DownloadOptions options, SaeAddress address) {
        return new HubFolder(hub, options, address);
    }

    @Override
    public String label() {
        return (address.folder().isEmpty() ? "" : address.folder() + " of ") + repository();
    }

    @Override
    public Optional<Path> find(String file) {
        try {
            return fetch(file, options);
        } catch (LocalEntryNotFoundException e) {
            if (!hub.config().offline()) {
                throw e;
            }
            throw notCached(file, e);
        }
    }

    @Override
    public Optional<Path> findExtra(String file) {
        try {
            return fetch(file, options.withPatience(false));
        } catch (HubInterruptedException e) {
            throw e;
        } catch (LocalEntryNotFoundException e) {
            LOG.info("{} is used without its {}: {}", label(), file, e.getMessage());
            return Optional.empty();
        } catch (HubException e) {
            LOG.warn("{} is used without its {}: {}", label(), file, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public boolean has(String file) {
        try {
            return hub.exists(address.repository(), commit == null ? revision() : commit, address.file(file));
        } catch (HubInterruptedException e) {
            throw e;
        } catch (HubException e) {
            LOG.debug("whether {} has {} is not known", label(), file, e);
            return true;
        }
    }

    private Optional<Path> fetch(String file, DownloadOptions how) {
        String revision = commit == null ? revision() : commit;
        try {
            CachedFile found = hub.download(address.repository(), revision, address.file(file), how);
            commit = found.commit();
            return Optional.of(found.path());
        } catch (RemoteEntryNotFoundException e) {
            e.commit().ifPresent(known -> commit = known);
            return Optional.empty();
        }
    }

    @Override
    public SaeLoadException missing(String file) {
        List<String> names = published();
        String inFolder = address.file("");
        List<String> here = names.stream()
                .filter(name -> name.startsWith(inFolder))
                .map(name -> name.substring(inFolder.length()))
                .filter(name -> !name.contains("/"))
                .toList();
        SortedSet<String> saes = foldersWith(file, names);
        if (!saes.isEmpty() && (here.isEmpty() || address.folder().isEmpty())) {
            return new SaeLoadException(
                    repository() + " has no " + (address.folder().isEmpty() ? "SAE at its root" : address.folder())
                            + ". " + Nearest.sentence("It has", address.folder(), saes, NEAREST));
        }
        return new SaeLoadException(
                label() + " has no " + file + (here.isEmpty() ? "." : ". It holds: " + Listing.of(here) + "."));
    }

    /** Returns the names of the commit's files, none if they cannot be had: they are only for a better sentence. */
    private List<String> published() {
        try {
            return hub.list(address.repository(), commit == null ? revision() : commit).stream()
                    .map(RepoFile::path)
                    .toList();
        } catch (HubException e) {
            LOG.debug("the files of {} could not be listed", repository(), e);
            return List.of();
        }
    }

    @Override
    public SaeSource source(Path weights, List<String> files) {
        String known = commit == null ? revision() : commit;
        return new FileSource(
                address.at(null) + " at " + known.substring(0, Math.min(SHORT_COMMIT, known.length())),
                repository(),
                commit,
                files.stream().map(address::file).toList(),
                weights);
    }

    private SaeLoadException notCached(String file, LocalEntryNotFoundException cause) {
        HubCache cache = hub.cache();
        RepoId repo = address.repository();
        @Nullable String known = cache.commit(repo, revision()).orElse(null);
        String present = "";
        if (known == null) {
            List<String> commits = cache.commits(repo);
            present = commits.isEmpty() ? "" : " It has of this repository the commits " + Listing.of(commits) + ".";
        } else {
            SortedSet<String> saes = foldersWith(file, cache.files(repo, known));
            present = saes.isEmpty() ? "" : " It has of this repository: " + Listing.of(saes) + ".";
        }
        return new SaeLoadException(
                repository() + " (revision " + revision() + "): " + address.file(file)
                        + " is not in the Hugging Face cache " + cache.folder()
                        + ", and offline mode forbids fetching it."
                        + present + " Fetch it with: sae download " + address
                        + " (or set HF_HOME or HF_HUB_CACHE if the cache is elsewhere).",
                cause);
    }

    private static SortedSet<String> foldersWith(String file, Collection<String> names) {
        SortedSet<String> folders = new TreeSet<>();
        for (String name : names) {
            if (name.endsWith("/" + file)) {
                folders.add(name.substring(0, name.length() - file.length() - 1));
            }
        }
        return folders;
    }

    private String repository() {
        return address.repository().id();
    }

    private String revision() {
        return address.revision() == null ? DEFAULT_REVISION : address.revision();
    }
}
