package io.github.sae4j.loader;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.hub.HubClient;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.ClassPath;
import io.github.sae4j.loader.internal.FailureBelow;
import io.github.sae4j.loader.internal.HubFolder;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.format.Formats;
import io.github.sae4j.loader.internal.format.LayerSet;
import io.github.sae4j.loader.internal.names.Registry;
import io.github.sae4j.loader.internal.names.SaeAddress;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How to fetch and open a published SAE.
 *
 * <pre>{@code
 * HubConfig offline = HubConfig.fromEnvironment().toBuilder().offline(true).build();
 * try (SparseAutoencoder sae = SAE.from("layer_19").revision("refs/pr/1").hub(offline).open()) {
 *     SparseFeatures features = sae.encode(activations);
 * }
 * }</pre>
 *
 * <p>For one thread, as {@link SaeLoader} is.
 *
 * @since 0.1
 */
public final class HubSaeLoader extends SaeLoader {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final SaeAddress address;
    private @Nullable HubConfig hub;
    private @Nullable String revision;
    private boolean forceDownload;

    HubSaeLoader(SaeAddress address) {
        this.address = address;
        this.revision = address.revision();
    }

    /**
     * Sets the revision of the repository; without it the one in the name counts, or else {@code main}.
     *
     * @param revision a branch, a tag, a reference such as {@code refs/pr/1}, or a commit of 40 hexadecimal digits
     * @return this
     * @throws NullPointerException if {@code revision} is null
     * @throws SaeLoadException if the name has another one
     */
    public HubSaeLoader revision(String revision) {
        SAE.requirePresent(revision, "revision");
        @Nullable String named = address.revision();
        if (named != null && !named.equals(revision)) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "The SAE's name asks for the revision " + named + ", and revision(...) for " + revision + ".");
        }
        this.revision = revision;
        return this;
    }

    /**
     * Sets the commit, whatever revision the name asks for: where one process opens what another has found.
     *
     * @param commit 40 hexadecimal digits, as {@link io.github.sae4j.core.SaeSource#commit()} returns them
     * @return this
     * @throws NullPointerException if {@code commit} is null
     * @throws SaeLoadException if it is no commit
     */
    public HubSaeLoader commit(String commit) {
        if (!COMMIT.matcher(SAE.requirePresent(commit, "commit")).matches()) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT, "A commit is 40 hexadecimal digits, but is \"" + commit + "\".");
        }
        this.revision = commit;
        return this;
    }

    /**
     * Sets how the hub is reached and where files are kept: cache, token, offline mode, proxy, endpoint, progress. Without it
     * the environment says so, see {@link HubConfig#fromEnvironment()}. An SAE in the cache opens without network in either
     * case, but online the hub is asked first whether the branch has moved on.
     *
     * @param config if it names no product, requests name this library
     * @return this
     * @throws NullPointerException if {@code config} is null
     */
    public HubSaeLoader hub(HubConfig config) {
        this.hub = SAE.requirePresent(config, "config");
        return this;
    }

    /**
     * Sets whether files are fetched again that are in the cache; by default they are not.
     *
     * @param again whether to fetch them again
     * @return this
     */
    public HubSaeLoader forceDownload(boolean again) {
        this.forceDownload = again;
        return this;
    }

    /**
     * Fetches the SAE's files into the cache, so that it opens offline later, without opening it; those of a set of layers
     * likewise.
     *
     * @return the folder in the cache that holds them, or the only file, which {@link SAE#fromDisk} opens as well
     * @throws SaeLoadException if the files cannot be fetched, or what they say cannot be used
     */
    public Path download() {
        return ClassPath.whole(() -> FailureBelow.reported(this::downloaded));
    }

    private Path downloaded() {
        SaeFolder files = files();
        try {
            Formats.read(files, settings());
        } catch (SaeSetException e) {
            LayerSet.read(files, setSettings()).download();
        }
        return files.location();
    }

    @Override
    public HubSaeLoader dtype(WeightType type) {
        super.dtype(type);
        return this;
    }

    @Override
    public HubSaeLoader format(String label) {
        super.format(label);
        return this;
    }

    @Override
    public HubSaeLoader override(String field, Object value) {
        super.override(field, value);
        return this;
    }

    @Override
    public HubSaeLoader overrideFromText(String field, String value) {
        super.overrideFromText(field, value);
        return this;
    }

    @Override
    public HubSaeLoader normScalingFactor(double... factors) {
        super.normScalingFactor(factors);
        return this;
    }

    @Override
    public HubSaeLoader allowUnknown(String... names) {
        super.allowUnknown(names);
        return this;
    }

    @Override
    public HubSaeLoader foldDecoderNorms(boolean fold) {
        super.foldDecoderNorms(fold);
        return this;
    }

    @Override
    public HubSaeLoader profile(SaeProfile settings) {
        super.profile(settings);
        return this;
    }

    @Override
    public HubSaeLoader device(Device device) {
        super.device(device);
        return this;
    }

    @Override
    public HubSaeLoader kernel(Kernel kernel) {
        super.kernel(kernel);
        return this;
    }

    @Override
    public HubSaeLoader runtime(SaeRuntime runtime) {
        super.runtime(runtime);
        return this;
    }

    @Override
    public HubSaeLoader allowNonFinite(boolean allow) {
        super.allowNonFinite(allow);
        return this;
    }

    @Override
    public HubSaeLoader prepared(boolean prepare) {
        super.prepared(prepare);
        return this;
    }

    @Override
    public HubSaeLoader keepHashesIn(Path folder) {
        super.keepHashesIn(folder);
        return this;
    }

    @Override
    SaeFolder files() {
        return FailureBelow.reported(() -> {
            HubClient client = HubClient.create(config());
            return HubFolder.of(client, client.options().withForce(forceDownload), address.at(revision));
        });
    }

    @Override
    Registry.@Nullable Facts facts() {
        return Registry.load().facts(address).orElse(null);
    }

    private HubConfig config() {
        HubConfig config = hub == null ? HubConfig.fromEnvironment() : hub;
        return config.product().isEmpty()
                ? config.toBuilder().userAgent("sae4j/" + version()).build()
                : config;
    }

    private static String version() {
        @Nullable String version = HubSaeLoader.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }
}
