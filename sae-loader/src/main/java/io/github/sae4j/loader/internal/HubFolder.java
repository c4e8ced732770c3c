package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.hub.CachedFile;
import io.github.sae4j.hub.DownloadOptions;
import io.github.sae4j.hub.HubCache;
import io.github.sae4j.hub.HubClient;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.hub.HubInterruptedException;
import io.github.sae4j.hub.HubUnreachableException;
import io.github.sae4j.hub.LocalEntryNotFoundException;
import io.github.sae4j.hub.RemoteEntryNotFoundException;
import io.github.sae4j.hub.RemoteFile;
import io.github.sae4j.hub.RepoFile;
import io.github.sae4j.hub.RepoId;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.names.Nearest;
import io.github.sae4j.loader.internal.names.SaeAddress;
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
    private final boolean headersOnly;
    private final Pin pin;

    private HubFolder(HubClient hub, DownloadOptions options, SaeAddress address, boolean headersOnly, Pin pin) {
        this.hub = hub;
        this.options = options;
        this.address = address;
        this.headersOnly = headersOnly;
        this.pin = pin;
    }

    /** The commit that the revision stands for, once that is known. */
    private static final class Pin {
        private @Nullable String commit;
        private @Nullable Path snapshot;
    }

    /**
     * Returns the files of an SAE; nothing is asked or fetched yet.
     *
     * @param options how files are fetched
     * @throws SaeLoadException if the address is one of another hub
     */
    public static HubFolder of(HubClient hub, DownloadOptions options, SaeAddress address) {
        address.requireAt(hub.config().endpoint());
        return new HubFolder(hub, options, address, false, new Pin());
    }

    @Override
    public SaeFolder headersOnly() {
        return new HubFolder(hub, options, address, true, pin);
    }

    @Override
    public String label() {
        return (address.folder().isEmpty() ? "" : address.folder() + " of ") + id();
    }

    @Override
    public Optional<Path> find(String file) {
        try {
            return fetch(file, options);
        } catch (LocalEntryNotFoundException e) {
            if (!hub.config().offline()) {
                throw e;
            }
            throw notCached(address.file(file), List.of(file), e);
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

    private Optional<Path> fetch(String file, DownloadOptions how) {
        String revision = pin.commit == null ? revision() : pin.commit;
        try {
            CachedFile found = hub.download(address.repository(), revision, address.file(file), how);
            pin.commit = found.commit();
            pin.snapshot = snapshot(found);
            return Optional.of(found.path());
        } catch (RemoteEntryNotFoundException e) {
            e.commit().ifPresent(known -> pin.commit = known);
            return Optional.empty();
        }
    }

    @Override
    public Optional<PublishedBytes> remote(String file) {
        if (!headersOnly || hub.config().offline() || isCached(file)) {
            return Optional.empty();
        }
        try {
            return lookUp(file)
                    .filter(known -> !isCached(file))
                    .map(known -> new PublishedBytes(known.size(), (from, count) -> part(known, from, count)));
        } catch (HubUnreachableException e) {
            // Whoever fetches it decides by the cache whether it can be done without the hub.
            return Optional.empty();
        }
    }

    /** Returns whether a file of the commit is in the cache; as long as no commit is known, none is. */
    private boolean isCached(String file) {
        return pin.commit != null
                && hub.cache()
                        .find(address.repository(), pin.commit, address.file(file))
                        .isPresent();
    }

    private boolean isPublished(String file) {
        try {
            return lookUp(file).isPresent();
        } catch (HubUnreachableException e) {
            return find(file).isPresent();
        }
    }

    private Optional<RemoteFile> lookUp(String file) {
        String revision = pin.commit == null ? revision() : pin.commit;
        try {
            RemoteFile known = hub.lookUp(address.repository(), revision, address.file(file));
            pin.commit = known.commit();
            return Optional.of(known);
        } catch (RemoteEntryNotFoundException e) {
            e.commit().ifPresent(known -> pin.commit = known);
            return Optional.empty();
        }
    }

    private byte[] part(RemoteFile file, long from, int count) {
        byte[] bytes = hub.read(address.repository(), file.commit(), file.file(), from, count);
        if (bytes.length != count) {
            throw new SaeLoadException(
                    Reason.INTEGRITY,
                    file.file() + " of " + id() + " should have " + file.size() + " bytes, but ends after "
                            + (from + bytes.length) + ".");
        }
        return bytes;
    }

    /** Until the commit is known, asking and fetching are one request; so a small file should be asked for first. */
    @Override
    public boolean has(String file) {
        String name = address.file(file);
        if (hub.config().offline()) {
            String revision = pin.commit == null ? revision() : pin.commit;
            return hub.cache().find(address.repository(), revision, name).isPresent();
        }
        if (pin.commit == null) {
            return headersOnly ? isPublished(file) : find(file).isPresent();
        }
        return hub.exists(address.repository(), pin.commit, name);
    }

    @Override
    public String name() {
        return address.folder().substring(address.folder().lastIndexOf('/') + 1);
    }

    @Override
    public String path() {
        return address.folder();
    }

    @Override
    public Optional<String> repository() {
        return Optional.of(id());
    }

    @Override
    public SaeFolder parent() {
        int slash = address.folder().lastIndexOf('/');
        String parent = slash < 0 ? "" : address.folder().substring(0, slash);
        return new HubFolder(hub, options, address.in(parent), headersOnly, pin);
    }

    @Override
    public List<String> files() {
        String inFolder = address.file("");
        return published().stream()
                .filter(name -> name.startsWith(inFolder))
                .map(name -> name.substring(inFolder.length()))
                .filter(name -> !name.contains("/"))
                .toList();
    }

    @Override
    public SaeLoadException unrecognised(Collection<String> markers, String lacking) {
        if (hub.config().offline()) {
            return notCached(address.folder().isEmpty() ? "an SAE at its root" : address.folder(), markers, null);
        }
        List<String> here = files();
        SortedSet<String> saes = foldersWith(markers, published());
        if (!saes.isEmpty() && (here.isEmpty() || address.folder().isEmpty())) {
            return new SaeLoadException(
                    Reason.NOT_FOUND,
                    id() + " has no " + (address.folder().isEmpty() ? "SAE at its root" : address.folder()) + ". "
                            + Nearest.sentence("It has", address.folder(), saes, NEAREST));
        }
        return new SaeLoadException(
                Reason.NOT_RECOGNISED,
                label() + " is no SAE that is recognised. "
                        + (here.isEmpty() ? "It holds no file." : "It holds: " + Listing.of(here) + "." + lacking));
    }

    @Override
    public String fullName(String file) {
        return address.file(file);
    }

    @Override
    public Path location() {
        if (pin.snapshot == null) {
            throw new IllegalStateException("nothing of " + label() + " has been found yet");
        }
        return pin.snapshot.resolve(address.folder());
    }

    /** Returns the folder of the commit that a file is in. */
    private static Path snapshot(CachedFile found) {
        Path path = found.path();
        int depth = found.file().split("/").length;
        return path.getRoot().resolve(path.subpath(0, path.getNameCount() - depth));
    }

    /** Returns the names of the commit's files, none if they cannot be had: they are only for a better sentence. */
    private List<String> published() {
        try {
            return hub.list(address.repository(), pin.commit == null ? revision() : pin.commit).stream()
                    .map(RepoFile::path)
                    .toList();
        } catch (HubException e) {
            LOG.debug("the files of {} could not be listed", id(), e);
            return List.of();
        }
    }

    @Override
    public SaeSource source(WeightsState weights, List<String> files, OpenedWith settings) {
        String known = pin.commit == null ? revision() : pin.commit;
        return new FileSource(
                address.at(null) + " at " + known.substring(0, Math.min(SHORT_COMMIT, known.length())),
                id(),
                pin.commit,
                files,
                settings,
                weights);
    }

    private SaeLoadException notCached(
            String what, Collection<String> markers, @Nullable LocalEntryNotFoundException cause) {
        HubCache cache = hub.cache();
        RepoId repo = address.repository();
        @Nullable String known = cache.commit(repo, revision()).orElse(null);
        String present = "";
        if (known == null) {
            List<String> commits = cache.commits(repo);
            present = commits.isEmpty() ? "" : " It has of this repository the commits " + Listing.of(commits) + ".";
        } else {
            SortedSet<String> saes = foldersWith(markers, cache.files(repo, known));
            present = saes.isEmpty() ? "" : " It has of this repository: " + Listing.of(saes) + ".";
        }
        String sentence =
                id() + " (revision " + revision() + "): " + what + " is not in the Hugging Face cache " + cache.folder()
                        + ", and offline mode forbids fetching it."
                        + present + " To fetch " + address
                        + ", leave offline mode (HF_HUB_OFFLINE or offline(true)); if the cache is elsewhere, set"
                        + " HF_HOME or HF_HUB_CACHE.";
        return cause == null
                ? new SaeLoadException(Reason.OFFLINE, sentence)
                : new SaeLoadException(Reason.OFFLINE, sentence, cause);
    }

    private static SortedSet<String> foldersWith(Collection<String> markers, Collection<String> names) {
        SortedSet<String> folders = new TreeSet<>();
        for (String name : names) {
            for (String marker : markers) {
                if (name.endsWith("/" + marker)) {
                    folders.add(name.substring(0, name.length() - marker.length() - 1));
                }
            }
        }
        return folders;
    }

    private String id() {
        return address.repository().id();
    }

    private String revision() {
        return address.revision() == null ? DEFAULT_REVISION : address.revision();
    }
}
