package io.github.sae4j.loader.internal;

import io.github.sae4j.loader.SaeLoadException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The published SAEs that have a name of their own, so that users need not know where they lie. */
public final class Registry {

    private static final List<Release> RELEASES =
            List.of(new Release("ministral-3b-sae", "analist/ministral-3b-sae", List.of("layer_19", "layer_21")));

    /** The release whose SAEs are known by their id alone. */
    private static final Release REFERENCE = RELEASES.get(0);

    private Registry() {}

    /**
     * Some SAEs that were published together.
     *
     * @param name the release's name
     * @param repository where they lie, {@code owner/name}
     * @param saes their ids, which are also their folders
     */
    record Release(String name, String repository, List<String> saes) {

        Release {
            saes = List.copyOf(saes);
        }

        SaeAddress address(String id) {
            if (!saes.contains(id)) {
                throw new SaeLoadException(repository + " has no " + id + ". It has: " + Listing.of(saes) + ".");
            }
            return SaeAddress.inRepository(repository, id);
        }
    }

    /**
     * Returns the address of an SAE that is known by its id alone.
     *
     * @param id for example {@code layer_19}
     * @throws SaeLoadException if none is called that
     */
    static SaeAddress address(String id) {
        if (id.matches("layer_\\d+")) {
            return REFERENCE.address(id);
        }
        throw new SaeLoadException("There is no SAE called \"" + id + "\". " + hint());
    }

    /**
     * Returns the address of an SAE of a release, or of a folder of a repository.
     *
     * @param repository the release's name, or {@code owner/name} with {@code @revision} or without
     * @param folder the SAE's id in the release, or the folder
     * @throws SaeLoadException if there is no such release or id, or no repository can have that name
     */
    public static SaeAddress address(String repository, String folder) {
        int at = repository.indexOf('@');
        String name = at < 0 ? repository : repository.substring(0, at);
        @Nullable String revision = SaeAddress.revision(repository, at);
        if (name.contains("/")) {
            return SaeAddress.inRepository(name, folder).at(revision);
        }
        return RELEASES.stream()
                .filter(release -> release.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new SaeLoadException("\"" + name + "\" is neither a repository (owner/name) nor a"
                        + " release that this version knows: "
                        + RELEASES.stream().map(Release::name).collect(Collectors.joining(", ")) + "."))
                .address(folder)
                .at(revision);
    }

    /** Returns a sentence that says what a name can be. */
    static String hint() {
        return "Names are: " + Listing.of(REFERENCE.saes()) + "; any other is written owner/name:folder.";
    }
}
