package io.github.sae4j.loader;

import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.internal.ClassPath;
import io.github.sae4j.loader.internal.names.Registry;
import io.github.sae4j.loader.internal.names.SaeAddress;
import io.github.sae4j.loader.internal.saving.SaeSaver;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens sparse autoencoders: published ones by name, others from a folder; and saves them.
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = SAE.fromPretrained("layer_19")) {
 *     SparseFeatures features = sae.encode(activations); // float[tokens][3072]
 * }
 * }</pre>
 *
 * <p>Published SAEs are fetched from the Hugging Face hub into the cache on this machine that Python shares, once, and are
 * checked against the hashes that the hub announces; {@code HF_HOME}, {@code HF_HUB_CACHE}, {@code HF_TOKEN},
 * {@code HF_ENDPOINT} and {@code HF_HUB_OFFLINE} count as in Python, see
 * {@link io.github.sae4j.hub.HubConfig#fromEnvironment()}. Opening maps the weights' file and copies none of it; it is
 * looked through once for NaN and infinity. The file must not change while the SAE is open.
 *
 * <p>Every tensor and field of the files is used, or known to change nothing, or the SAE is refused: see
 * {@link SaeLoader#allowUnknown}. Safe for use by several threads.
 *
 * @since 0.1
 */
public final class SAE {

    private SAE() {}

    /**
     * Opens the SAE in a folder of this machine. The same as {@code from(folder).open()}.
     *
     * @param folder see {@link #from(Path)}
     * @return the SAE, which the caller closes
     * @throws SaeLoadException if it cannot be opened; the message says why
     */
    public static SparseAutoencoder fromDisk(Path folder) {
        return from(folder).open();
    }

    /**
     * Opens a published SAE, after fetching it if it is not in the cache. The same as {@code from(sae).open()}.
     *
     * @param sae its name, see {@link #from(String)}
     * @return the SAE, which the caller closes
     * @throws SaeLoadException if it cannot be opened; the message says why
     */
    public static SparseAutoencoder fromPretrained(String sae) {
        return from(sae).open();
    }

    /**
     * Opens a published SAE, after fetching it if it is not in the cache. The same as
     * {@code from(repository, folder).open()}.
     *
     * @param repository its repository, see {@link #from(String, String)}
     * @param folder its folder in the repository
     * @return the SAE, which the caller closes
     * @throws SaeLoadException if it cannot be opened; the message says why
     */
    public static SparseAutoencoder fromPretrained(String repository, String folder) {
        return from(repository, folder).open();
    }

    /**
     * Opens the set of layers in a folder of this machine. The same as {@code from(folder).openSet()}.
     *
     * @param folder holds the files of all layers
     * @return the set, which the caller closes
     * @throws SaeLoadException if it cannot be opened; the message says why
     */
    public static SaeSet openSet(Path folder) {
        return from(folder).openSet();
    }

    /**
     * Opens a published set of layers. The same as {@code from(set).openSet()}.
     *
     * @param set its name, {@code owner/name:folder} or {@code owner/name}, see {@link #from(String)}
     * @return the set, which the caller closes
     * @throws SaeLoadException if it cannot be opened; the message says why
     */
    public static SaeSet openSet(String set) {
        return from(set).openSet();
    }

    /**
     * Says which published SAE is meant, to be opened with settings of its own.
     *
     * @param sae one of
     *     <ul>
     *       <li>{@code layer_19} or {@code layer_21}, those of {@code analist/ministral-3b-sae};
     *       <li>{@code release:id}, an SAE of one of the {@link #releases()}, or {@code release} if it has only one;
     *       <li>{@code owner/name:folder}, a folder of a repository;
     *       <li>{@code owner/name}, a repository that is itself the folder;
     *       <li>{@code hf://owner/name/folder}, or the address of a page of the hub that shows the folder or a file of it;
     *       <li>Neuronpedia's id, {@code gpt2-small/8-res-jb}, or the address of its page there.
     *     </ul>
     *     Each may end with {@code @revision}: a branch, a tag, a reference such as {@code refs/pr/1}, or a commit.
     *     {@code owner/name@revision:folder} means the same as {@code owner/name:folder@revision}.
     * @return settings to be changed, and {@link SaeLoader#open()}
     * @throws SaeLoadException if no SAE can have that name
     */
    public static HubSaeLoader from(String sae) {
        requirePresent(sae, "sae");
        return ClassPath.whole(() -> new HubSaeLoader(SaeAddress.parse(sae)));
    }

    /**
     * Says which published SAE is meant, to be opened with settings of its own.
     *
     * @param repository {@code owner/name} or {@code owner/name@revision}; or the name of one of the
     *     {@link #releases()}, for example {@code gemma-scope-2b-pt-res-canonical}
     * @param folder the SAE's folder in the repository, empty for the repository itself; or its id in the release
     * @return settings to be changed, and {@link SaeLoader#open()}
     * @throws SaeLoadException if no repository or folder can have that name
     */
    public static HubSaeLoader from(String repository, String folder) {
        requirePresent(repository, "repository");
        requirePresent(folder, "folder");
        return ClassPath.whole(() -> new HubSaeLoader(Registry.load().address(repository, folder)));
    }

    /**
     * Says in which folder of this machine the SAE is, to be opened with settings of its own.
     *
     * @param folder holds the files of an SAE in the layout of SAELens or of another publisher, or is itself the only file
     * @return settings to be changed, and {@link SaeLoader#open()}
     * @throws NullPointerException if {@code folder} is null
     */
    public static SaeLoader from(Path folder) {
        requirePresent(folder, "folder");
        return ClassPath.whole(() -> new DiskSaeLoader(folder));
    }

    /**
     * Saves an SAE, each of its matrices in the number format that it has. The same as
     * {@link #save(SparseAutoencoder, Path, WeightType)} otherwise.
     *
     * <p>Where matrices have to be multiplied, because decoder norms are folded or there is a norm scaling factor, they
     * are saved in float32: rounded to 16 bits again, they would give other numbers.
     *
     * @param sae stays as it is, and is not closed
     * @param folder is not there yet, or is empty
     * @throws SaeLoadException if the SAE cannot be saved or the folder cannot be written; the message says why
     */
    public static void save(SparseAutoencoder sae, Path folder) {
        requirePresent(sae, "sae");
        requirePresent(folder, "folder");
        ClassPath.whole(() -> SaeSaver.save(sae, folder, null));
    }

    /**
     * Saves an SAE in the layout of SAELens 6, which opens here and in SAELens with the same numbers: {@code cfg.json} with
     * all fields of the configuration, {@code sae_weights.safetensors}, and {@code sparsity.safetensors} if firing
     * frequencies are known.
     *
     * <p>Folded decoder norms and a norm scaling factor are multiplied into the weights, as SAELens does, so the saved SAE
     * has neither. Biases and thresholds are saved in the matrices' format if that does not round them, in float32
     * otherwise; {@code cfg.json} names the format that holds all of them, and SAELens computes in that.
     *
     * <p>Files are written into a temporary folder beside the target, which takes its name at the end. Nothing is
     * overwritten: a folder with anything in it is refused. Matrices are written from where they lie, piece by piece, so
     * saving takes little memory however large they are.
     *
     * @param sae stays as it is, and is not closed
     * @param folder is not there yet, or is empty; the folder around it exists
     * @param type the number format of the matrices; numbers are rounded to the nearest that it has
     * @throws SaeLoadException if the SAE has no decoder, or a rule or parts that SAELens does not have, a weight is too
     *     large for {@code type}, or the folder is not empty or cannot be written; nothing is left behind then
     */
    public static void save(SparseAutoencoder sae, Path folder, WeightType type) {
        requirePresent(sae, "sae");
        requirePresent(folder, "folder");
        requirePresent(type, "type");
        ClassPath.whole(() -> SaeSaver.save(sae, folder, type));
    }

    /**
     * Returns the releases that are known: those that came with this version, and before them those that the user has
     * written down in {@code ~/.config/sae4j/releases.yaml}, or in the file that {@code SAE4J_RELEASES} names.
     *
     * @throws SaeLoadException if the user's file cannot be read
     */
    public static List<SaeRelease> releases() {
        return ClassPath.whole(
                () -> Registry.load().releases().stream().map(SaeRelease::new).toList());
    }

    /**
     * Finds published SAEs, among those of the {@link #releases()}.
     *
     * @param query what they must be
     * @return those that match, in the order of the releases; {@link PublishedSae#name()} is what {@link #from(String)} takes
     * @throws NullPointerException if {@code query} is null
     * @throws SaeLoadException if the user's file of releases cannot be read
     */
    public static List<PublishedSae> search(SaeQuery query) {
        requirePresent(query, "query");
        return releases().stream()
                .flatMap(release -> release.saes().stream().filter(sae -> query.matches(release, sae)))
                .toList();
    }

    /**
     * Returns the names of the releases that are spelled most like a name.
     *
     * @param name for example {@code gemma-scope-2b}
     * @param most how many at most
     * @throws NullPointerException if {@code name} is null
     * @throws SaeLoadException if the user's file of releases cannot be read
     */
    public static List<String> nearestReleases(String name, int most) {
        requirePresent(name, "name");
        return ClassPath.whole(() -> Registry.load().nearest(name, most));
    }

    static <T> T requirePresent(@Nullable T value, String name) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null.");
        }
        return value;
    }
}
