package io.github.sae4j.loader.internal.names;

import com.google.gson.JsonObject;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.Listing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The published SAEs that have a name of their own, so that users need not know where they lie. */
public final class Registry {

    /** The release whose SAEs are known by their id alone. */
    private static final String REFERENCE = "ministral-3b-sae";

    private static final int NEAREST = 3;

    /** An id of Neuronpedia, and maybe the index of a feature. */
    private static final Pattern SHOWN = Pattern.compile("([^/]+/[^/]+)(/\\d+)?");

    private final List<Release> ofUser;

    private Registry(List<Release> ofUser) {
        this.ofUser = ofUser;
    }

    /**
     * Returns the releases that came with this version and those that the user has written down.
     *
     * @throws SaeLoadException if the user's file cannot be read
     */
    public static Registry load() {
        return load(System.getenv());
    }

    static Registry load(Map<String, String> environment) {
        return new Registry(UserReleases.all(environment));
    }

    /**
     * What is known of an SAE beside its files.
     *
     * @param format the layout of its files, or null
     * @param model the language model, or null
     * @param overrides the fields of its configuration that are known better than the files say
     * @param sae its entry in the release
     */
    public record Facts(@Nullable String format, @Nullable String model, JsonObject overrides, KnownSae sae) {}

    /** Returns what is known of the SAE at an address; the revision does not matter. */
    public Optional<Facts> facts(SaeAddress address) {
        for (Release release : all().toList()) {
            if (release.repository().equals(address.repository().id())) {
                for (KnownSae sae : release.saes()) {
                    if (SaeAddress.trimmed(sae.folder()).equals(address.folder())) {
                        return Optional.of(new Facts(release.format(), release.model(), release.overrides(), sae));
                    }
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Returns the address of an SAE by its id on Neuronpedia. If the user has written one down with that id, ours do not
     * count.
     *
     * @param id {@code model/source}, with the index of a feature behind it or without, for example
     *     {@code gpt2-small/8-res-jb/1234}
     * @return nothing if no SAE is known to have it
     * @throws SaeLoadException if several have it
     */
    Optional<SaeAddress> neuronpedia(String id) {
        Matcher parts = SHOWN.matcher(id);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String source = parts.group(1);
        List<KnownSae> found = shownAs(source, ofUser);
        if (found.isEmpty()) {
            found = shownAs(source, KnownReleases.shownAs(source));
        }
        if (found.size() > 1) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "\"" + source + "\" is Neuronpedia's id of " + found.size() + " SAEs: "
                            + Listing.of(found.stream().map(KnownSae::name).toList()) + ". Name one of them.");
        }
        return found.stream().findFirst().map(Registry::address);
    }

    private static List<KnownSae> shownAs(String id, List<Release> releases) {
        return releases.stream()
                .flatMap(release -> release.saes().stream())
                .filter(sae -> sae.neuronpediaId().filter(id::equals).isPresent())
                .toList();
    }

    /** Returns what to say of an id of Neuronpedia that no SAE is known to have. */
    SaeLoadException unknownOnNeuronpedia(String id) {
        List<String> ids = Stream.concat(
                        ofUser.stream()
                                .flatMap(release -> release.saes().stream())
                                .flatMap(sae -> sae.neuronpediaId().stream()),
                        KnownReleases.shown().stream())
                .toList();
        return new SaeLoadException(
                Reason.NOT_FOUND,
                "No SAE is known whose id on Neuronpedia is \"" + id + "\". "
                        + Nearest.sentence("Known are", id, ids, NEAREST)
                        + " If you know where its files are, name it as owner/name:folder.");
    }

    /** Returns all releases with their SAEs, the user's own first. */
    public List<Release> releases() {
        return all().toList();
    }

    /** Returns the names of the releases that are spelled most like a name. */
    public List<String> nearest(String name, int most) {
        return Nearest.of(name, names(), most);
    }

    /**
     * Returns the address of an SAE that is known by one word.
     *
     * @param word the id of an SAE of the reference release, or the name of a release that has only one
     * @throws SaeLoadException if none is called that
     */
    SaeAddress address(String word) {
        Optional<Release> release = named(word);
        if (release.isPresent()) {
            List<KnownSae> saes = release.get().saes();
            if (saes.size() == 1) {
                return address(saes.get(0));
            }
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "\"" + word + "\" is a release. " + Nearest.sentence("It has", "", ids(release.get()), NEAREST)
                            + " Name one as " + word + ":ID.");
        }
        if (word.matches("layer_\\d+")) {
            return address(named(REFERENCE).orElseThrow(), word);
        }
        List<String> words = new ArrayList<>(names());
        words.addAll(ids(named(REFERENCE).orElseThrow()));
        throw new SaeLoadException(
                Reason.NOT_FOUND,
                "There is no SAE or release called \"" + word + "\". The nearest names are: "
                        + String.join(", ", Nearest.of(word, words, NEAREST)) + ". Any SAE on the hub is written"
                        + " owner/name:folder.");
    }

    /**
     * Returns the address of an SAE of a release, or of a folder of a repository.
     *
     * @param repository the release's name, or {@code owner/name}, with {@code @revision} or without
     * @param folder the SAE's id in the release, or the folder
     * @throws SaeLoadException if there is no such release or id, or no repository can have that name
     */
    public SaeAddress address(String repository, String folder) {
        int at = repository.indexOf('@');
        String name = at < 0 ? repository : repository.substring(0, at);
        @Nullable String revision = SaeAddress.revision(repository, at);
        if (name.contains("/")) {
            return SaeAddress.inRepository(name, folder).at(revision);
        }
        Release release = named(name)
                .orElseThrow(() -> new SaeLoadException(
                        Reason.NOT_FOUND,
                        "\"" + name
                                + "\" is neither a repository (owner/name) nor a release that is known. The nearest releases are: "
                                + String.join(", ", Nearest.of(name, names(), NEAREST)) + "."));
        return address(release, folder).at(revision);
    }

    private static SaeAddress address(Release release, String id) {
        KnownSae sae = release.sae(id)
                .orElseThrow(() -> new SaeLoadException(
                        Reason.NOT_FOUND,
                        (release.name().equals(REFERENCE) ? release.repository() : release.name()) + " has no " + id
                                + ". " + Nearest.sentence("It has", id, ids(release), NEAREST)));
        return address(sae);
    }

    private static SaeAddress address(KnownSae sae) {
        return SaeAddress.inRepository(sae.repository(), sae.folder());
    }

    private static List<String> ids(Release release) {
        return release.saes().stream().map(KnownSae::id).toList();
    }

    private Optional<Release> named(String name) {
        return all().filter(release -> release.name().equals(name)).findFirst();
    }

    private List<String> names() {
        return all().map(Release::name).toList();
    }

    private Stream<Release> all() {
        return Stream.concat(ofUser.stream(), KnownReleases.all().stream());
    }
}
