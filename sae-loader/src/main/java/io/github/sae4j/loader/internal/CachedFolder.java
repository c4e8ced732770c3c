package io.github.sae4j.loader.internal;

import io.github.sae4j.core.SaeSource;
import io.github.sae4j.hub.CachedFile;
import io.github.sae4j.hub.HubCache;
import io.github.sae4j.loader.SaeLoadException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** The files of a published SAE in the hub's cache on this machine. */
public final class CachedFolder implements SaeFolder {

    private static final String DEFAULT_REVISION = "main";
    private static final int SHORT_COMMIT = 7;

    private final HubCache cache;
    private final SaeAddress address;
    private final String commit;

    private CachedFolder(HubCache cache, SaeAddress address, String commit) {
        this.cache = cache;
        this.address = address;
        this.commit = commit;
    }

    /**
     * Returns the files of an SAE as of the commit that its revision stands for.
     *
     * @throws SaeLoadException if the cache does not know the revision
     * @throws io.github.sae4j.hub.HubException if a name could lead out of the cache, or the cache is damaged
     */
    public static CachedFolder of(HubCache cache, SaeAddress address) {
        String revision = revision(address);
        return new CachedFolder(
                cache,
                address,
                cache.commit(address.repository(), revision).orElseThrow(() -> notCached(cache, address)));
    }

    @Override
    public String label() {
        return (address.folder().isEmpty() ? "" : address.folder() + " of ")
                + address.repository().id();
    }

    @Override
    public Optional<Path> find(String file) {
        return cache.find(address.repository(), commit, address.file(file)).map(CachedFile::path);
    }

    @Override
    public SaeLoadException missing(String file) {
        List<String> cached = cache.files(address.repository(), commit);
        String id = address.repository().id();
        TreeSet<String> saes = new TreeSet<>();
        for (String name : cached) {
            if (name.endsWith("/" + file)) {
                saes.add(name.substring(0, name.length() - file.length() - 1));
            }
        }
        Optional<List<String>> published = Registry.saes(id);
        boolean unpublished = published.isPresent() && !published.get().contains(address.folder());
        boolean folderCached = address.folder().isEmpty()
                ? cached.stream().anyMatch(name -> !name.contains("/"))
                : cached.stream().anyMatch(name -> name.startsWith(address.folder() + "/"));
        if (unpublished && !folderCached) {
            saes.addAll(published.get());
            return new SaeLoadException(
                    id + " has no " + shown(address.folder()) + ". It has: " + Listing.of(saes) + ".");
        }
        if (saes.isEmpty() || folderCached) {
            return notCached(cache, address, file, "");
        }
        return notCached(cache, address, file, " It has of this repository: " + Listing.of(saes) + ".");
    }

    @Override
    public SaeSource source(Path weights, List<String> files) {
        return new FileSource(
                address.at(null) + " at " + commit.substring(0, SHORT_COMMIT),
                address.repository().id(),
                commit,
                files.stream().map(address::file).toList(),
                weights);
    }

    private static SaeLoadException notCached(HubCache cache, SaeAddress address) {
        List<String> commits = cache.commits(address.repository());
        return notCached(
                cache,
                address,
                SaeLensFormat.WEIGHTS,
                commits.isEmpty() ? "" : " It has of this repository the commits " + Listing.of(commits) + ".");
    }

    private static SaeLoadException notCached(HubCache cache, SaeAddress address, String file, String present) {
        String revision = revision(address);
        String id = address.repository().id();
        return new SaeLoadException(id + " (revision " + revision + "): " + address.file(file)
                + " is not in the Hugging Face cache " + cache.folder() + "." + present + " Fetch it with: hf download "
                + id
                + (address.folder().isEmpty() ? "" : " --include \"" + address.folder() + "/*\"")
                + (revision.equals(DEFAULT_REVISION) ? "" : " --revision " + revision)
                + " (or set HF_HOME or HF_HUB_CACHE if the cache is elsewhere).");
    }

    private static String revision(SaeAddress address) {
        return address.revision() == null ? DEFAULT_REVISION : address.revision();
    }

    private static String shown(String folder) {
        return folder.isEmpty() ? "SAE at its root" : folder;
    }
}
