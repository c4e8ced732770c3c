package io.github.sae4j.loader;

import ai.djl.Device;
import com.google.gson.JsonObject;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.hub.HubClient;
import io.github.sae4j.hub.HubConfig;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.hub.ProgressListener;
import io.github.sae4j.loader.internal.DiskFolder;
import io.github.sae4j.loader.internal.HubFolder;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.format.Formats;
import io.github.sae4j.loader.internal.format.LayerSet;
import io.github.sae4j.loader.internal.names.Registry;
import io.github.sae4j.loader.internal.names.SaeAddress;
import io.github.sae4j.tensors.TensorFileException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to open one SAE: where it lies, and the settings that differ from the defaults.
 *
 * <pre>{@code
 * SparseAutoencoder sae = SAE.load("layer_19").revision("refs/pr/1").device(Device.cpu()).open();
 * }</pre>
 *
 * <p>For one thread; {@link #open()} may be called several times and opens a new SAE each time.
 */
public final class SaeLoader {

    private static final Logger LOG = LoggerFactory.getLogger(SaeLoader.class);

    private final @Nullable SaeAddress address;
    private final @Nullable Path folder;
    private @Nullable HubConfig hub;
    private @Nullable String revision;
    private @Nullable Path cache;
    private @Nullable String token;
    private @Nullable Boolean offline;
    private boolean forceDownload;
    private @Nullable ProgressListener progress;
    private @Nullable WeightType dtype;
    private @Nullable String format;
    private final JsonObject overrides = new JsonObject();
    private double @Nullable [] normScalingFactor;
    private final Set<String> allowedUnknown = new LinkedHashSet<>();
    private boolean foldDecoderNorms;
    private @Nullable Device device;
    private @Nullable Kernel kernel;
    private boolean allowNonFinite;

    SaeLoader(SaeAddress address) {
        this.address = address;
        this.folder = null;
        this.revision = address.revision();
    }

    SaeLoader(Path folder) {
        this.address = null;
        this.folder = folder;
    }

    /**
     * Sets the revision of the repository; without it the one in the name counts, or else {@code main}.
     *
     * @param revision a branch, a tag, a reference such as {@code refs/pr/1}, or a commit of 40 hexadecimal digits
     * @return this
     * @throws SaeLoadException if {@code revision} is null, the name has another one, or the SAE is in a folder of this
     *     machine
     */
    public SaeLoader revision(String revision) {
        SAE.requirePresent(revision, "revision");
        @Nullable String named = published("revision").revision();
        if (named != null && !named.equals(revision)) {
            throw new SaeLoadException(
                    "The SAE's name asks for the revision " + named + ", and revision(...) for " + revision + ".");
        }
        this.revision = revision;
        return this;
    }

    /**
     * Sets how the hub is reached and where files are kept; without it the environment says so, see
     * {@link HubConfig#fromEnvironment()}. {@link #cache}, {@link #token}, {@link #offline} and {@link #progress} change
     * single settings of either.
     *
     * @param config for example with a proxy or another endpoint
     * @return this
     * @throws SaeLoadException if {@code config} is null, or the SAE is in a folder of this machine
     */
    public SaeLoader hub(HubConfig config) {
        published("hub");
        this.hub = SAE.requirePresent(config, "config");
        return this;
    }

    /**
     * Sets the folder of the Hugging Face cache; without it the environment says where it is.
     *
     * @param cache the folder that holds {@code models--owner--name} folders; it need not exist yet
     * @return this
     * @throws SaeLoadException if {@code cache} is null, or the SAE is in a folder of this machine
     */
    public SaeLoader cache(Path cache) {
        published("cache");
        this.cache = SAE.requirePresent(cache, "cache");
        return this;
    }

    /**
     * Sets the token that shows who is asking, for private and gated repositories; without it the environment may have
     * one ({@code HF_TOKEN}, or where {@code hf auth login} put it). It goes to the hub and to nobody else.
     *
     * @param token the token
     * @return this
     * @throws SaeLoadException if {@code token} is null, or the SAE is in a folder of this machine
     */
    public SaeLoader token(String token) {
        published("token");
        this.token = SAE.requirePresent(token, "token");
        return this;
    }

    /**
     * Sets whether only the cache is asked; without it {@code HF_HUB_OFFLINE} decides. An SAE in the cache opens without
     * network in either case, but online the hub is asked first whether the branch has moved on.
     *
     * @param only whether the network is out of bounds
     * @return this
     * @throws SaeLoadException if the SAE is in a folder of this machine
     */
    public SaeLoader offline(boolean only) {
        published("offline");
        this.offline = only;
        return this;
    }

    /**
     * Sets whether files are fetched again that are in the cache; by default they are not.
     *
     * @param again whether to fetch them again
     * @return this
     * @throws SaeLoadException if the SAE is in a folder of this machine
     */
    public SaeLoader forceDownload(boolean again) {
        published("forceDownload");
        this.forceDownload = again;
        return this;
    }

    /**
     * Sets who is told how downloads get on; by default nobody.
     *
     * @param listener is called on the thread that calls {@link #open()}
     * @return this
     * @throws SaeLoadException if {@code listener} is null, or the SAE is in a folder of this machine
     */
    public SaeLoader progress(ProgressListener listener) {
        published("progress");
        this.progress = SAE.requirePresent(listener, "listener");
        return this;
    }

    /**
     * Sets the number format of the two matrices in memory; without it the stored one is kept, which is free: the
     * matrices are then the mapped file itself. Another one costs a conversion at opening and memory of its own.
     *
     * @param type float16 and bfloat16 are widened exactly; other conversions round to the nearest number
     * @return this
     * @throws SaeLoadException if {@code type} is null
     */
    public SaeLoader dtype(WeightType type) {
        this.dtype = SAE.requirePresent(type, "type");
        return this;
    }

    /**
     * Sets the layout of the files; without it the registry knows it, or it is recognised from them. Needed only where
     * files look alike: a transcoder of Gemma Scope in a repository whose name does not say so, for example.
     *
     * @param label for example {@code gemma_2_transcoder}, the names that SAELens's releases use
     * @return this
     * @throws SaeLoadException if there is no layout of that name
     */
    public SaeLoader format(String label) {
        if (!Formats.labels().contains(SAE.requirePresent(label, "label"))) {
            throw new SaeLoadException(
                    "There is no format \"" + label + "\". There are: " + String.join(", ", Formats.labels()) + ".");
        }
        this.format = label;
        return this;
    }

    /**
     * Sets a field of the configuration, instead of what the files or the registry say: where only a publisher's name for
     * a repository would tell it ({@code k} of Qwen Scope), or where it is wrong.
     *
     * @param field its name in SAELens's {@code cfg.json}, for example {@code k}, {@code apply_b_dec_to_input} or
     *     {@code normalize_activations}
     * @param value a text, a number, or true or false
     * @return this
     * @throws SaeLoadException if an argument is null, or {@code value} is of another type
     */
    public SaeLoader override(String field, Object value) {
        SAE.requirePresent(field, "field");
        if (SAE.requirePresent(value, "value") instanceof Number number) {
            overrides.addProperty(field, number);
        } else if (value instanceof Boolean flag) {
            overrides.addProperty(field, flag);
        } else if (value instanceof String text) {
            overrides.addProperty(field, text);
        } else {
            throw new SaeLoadException("override(\"" + field + "\", ...) takes a text, a number, true or false, but was"
                    + " given a " + value.getClass().getSimpleName() + ".");
        }
        return this;
    }

    /**
     * Sets what activations are multiplied by before they are encoded, and reconstructions divided by; without it the
     * publisher's files say it, or the registry does, or it is 1.
     *
     * @param factors one, or one for each model or layer of a crosscoder, in their order; finite and above 0
     * @return this
     * @throws SaeLoadException if there is none, or one is not such a number
     */
    public SaeLoader normScalingFactor(double... factors) {
        for (double factor : SAE.requirePresent(factors, "factors")) {
            if (!(factor > 0 && factor <= Float.MAX_VALUE)) {
                throw new SaeLoadException(
                        "The norm scaling factor must be finite and above 0, but is " + factor + ".");
            }
        }
        if (factors.length == 0) {
            throw new SaeLoadException("normScalingFactor(...) needs a factor.");
        }
        this.normScalingFactor = factors.clone();
        return this;
    }

    /**
     * Lets tensors and fields through that nothing here understands, as if they were not there; by default an SAE that has
     * any is refused, because they may be what makes it compute something else. {@link SaeSource#allowedUnknown()} tells
     * which were let through.
     *
     * @param names the publisher's names of tensors, or dotted names of fields, as the refusal names them
     * @return this
     * @throws SaeLoadException if a name is null; {@link #open()} refuses names of which there is nothing unknown
     */
    public SaeLoader allowUnknown(String... names) {
        for (String name : SAE.requirePresent(names, "names")) {
            allowedUnknown.add(SAE.requirePresent(name, "name"));
        }
        return this;
    }

    /**
     * Sets whether features are rescaled to decoder rows of norm 1, as Neuronpedia's dashboards show them; by default they
     * are not. Reconstructions stay the same. See {@link SparseAutoencoder#foldDecoderNorms()} for the SAEs of which
     * {@link #open()} refuses it.
     *
     * @param fold whether to rescale them
     * @return this
     */
    public SaeLoader foldDecoderNorms(boolean fold) {
        this.foldDecoderNorms = fold;
        return this;
    }

    /**
     * Sets the device; without it CUDA is chosen if there is one, the CPU otherwise.
     *
     * @param device for example {@code Device.cpu()} or {@code Device.gpu()}
     * @return this
     * @throws SaeLoadException if {@code device} is null
     */
    public SaeLoader device(Device device) {
        this.device = SAE.requirePresent(device, "device");
        return this;
    }

    /**
     * Sets what does the arithmetic; without it the fastest there is for the device and the SAE.
     *
     * @param kernel one that there is here for the device and the SAE
     * @return this
     * @throws SaeLoadException if {@code kernel} is null
     */
    public SaeLoader kernel(Kernel kernel) {
        this.kernel = SAE.requirePresent(kernel, "kernel");
        return this;
    }

    /**
     * Sets whether NaN and infinity in weights, activations, features and results are let through; by default an SAE with
     * such weights is not opened, and calls with or for such numbers are refused.
     *
     * @param allow whether to let them through
     * @return this
     */
    public SaeLoader allowNonFinite(boolean allow) {
        this.allowNonFinite = allow;
        return this;
    }

    /**
     * Fetches the SAE's files into the cache, so that it opens offline later, without opening it; those of a set of layers
     * likewise.
     *
     * @return the folder in the cache that holds them, or the only file, which {@link SAE#fromDisk} opens as well
     * @throws SaeLoadException if the files cannot be fetched, what they say cannot be used, or the SAE is in a folder
     *     of this machine
     */
    public Path download() {
        published("download");
        return reported(() -> {
            SaeFolder files = files();
            try {
                Formats.read(files, settings());
            } catch (SaeSetException e) {
                LayerSet.read(files, setSettings()).download();
            }
            return files.location();
        });
    }

    /**
     * Tells what the SAE is without fetching its weights: of those that are not in the cache only the headers are read, by
     * range requests, and vectors that the layout's configuration depends on. Small files are fetched as for opening.
     *
     * @return what its configuration, its tensors' headers and the registry say
     * @throws SaeLoadException if it cannot be found, or what it says cannot be used
     */
    public SaeDescription describe() {
        return reported(() -> Formats.describe(files().headersOnly(), settings()));
    }

    static <T> T reported(Supplier<T> work) {
        try {
            return work.get();
        } catch (TensorFileException | HubException e) {
            throw new SaeLoadException(String.valueOf(e.getMessage()), e);
        } catch (IncompatibleClassChangeError | NoClassDefFoundError e) {
            throw new SaeLoadException(
                    "A library on the class path is missing, or of a version that this one does not go with (" + e
                            + "). mvn dependency:tree shows which versions there are.",
                    e);
        }
    }

    /**
     * Opens the SAE, after fetching those of its files that the cache lacks, and says so in one line of the log at INFO.
     * Interrupting the thread ends a download within moments; the next call goes on from there.
     *
     * @return the SAE, which the caller closes
     * @throws SaeSetException if it is a set of layers, for which there is {@link #openSet}
     * @throws SaeLoadException if it cannot be fetched or opened; the message says why
     */
    public SparseAutoencoder open() {
        SaeFolder files = files();
        SparseAutoencoder sae;
        try {
            sae = reported(() -> folded(Formats.read(files, settings())
                    .device(device)
                    .kernel(kernel)
                    .allowNonFinite(allowNonFinite)
                    .build()));
        } catch (SaeException e) {
            throw new SaeLoadException(files.label() + " cannot be opened: " + e.getMessage(), e);
        }
        SaeConfig config = sae.config();
        LOG.info(
                "Opened {}: {}, d_in {}, d_sae {}, {} weights, on {} with the {} kernel",
                sae.source().description(),
                config.architecture(),
                config.dIn(),
                config.dSae(),
                sae.weightType(),
                sae.device().isGpu() ? "cuda:" + sae.device().getDeviceId() : "cpu",
                sae.kernel());
        return sae;
    }

    /**
     * Opens a set of layers, a cross-layer transcoder or a crosscoder, and says so in one line of the log at INFO. Headers are
     * read; a layer's weights are fetched, if they are not on this machine, when they are first needed.
     *
     * @return the set, which the caller closes
     * @throws SaeLoadException if it is no set of layers, something in its files is not understood, or settings are made that
     *     are for one SAE: {@link #format}, {@link #override}, {@link #normScalingFactor} and {@link #foldDecoderNorms}
     */
    public SaeSet openSet() {
        SaeFolder files = files();
        if (format != null || overrides.size() > 0 || normScalingFactor != null || foldDecoderNorms) {
            throw new SaeLoadException(
                    files.label() + " is opened as a set of layers, for which there is no format(...),"
                            + " override(...), normScalingFactor(...) or foldDecoderNorms(...).");
        }
        LayerSet set = reported(() -> LayerSet.read(files, setSettings()));
        LOG.info(
                "Opened {}: {} layers, {}, d {}, d_sae {} each",
                set.source().description(),
                set.layers(),
                set.config(0).architecture(),
                set.config(0).dIn(),
                set.config(0).dSae());
        return new SaeSet(set, new SaeSet.Settings(device, kernel, allowNonFinite));
    }

    /** Both views own the weights, so closing the one that nobody has seen leaves them to the other. */
    private SparseAutoencoder folded(SparseAutoencoder sae) {
        if (!foldDecoderNorms) {
            return sae;
        }
        try (sae) {
            return sae.foldDecoderNorms();
        }
    }

    private Formats.Settings settings() {
        Registry.@Nullable Facts facts =
                address == null ? null : Registry.load().facts(address).orElse(null);
        return new Formats.Settings(
                format,
                facts,
                overrides.deepCopy(),
                normScalingFactor,
                dtype,
                new LinkedHashSet<>(allowedUnknown),
                allowNonFinite);
    }

    private LayerSet.Settings setSettings() {
        return new LayerSet.Settings(dtype, new LinkedHashSet<>(allowedUnknown), allowNonFinite);
    }

    private SaeFolder files() {
        if (folder != null) {
            return DiskFolder.of(folder);
        }
        return reported(() -> {
            HubClient client = HubClient.create(hubConfig());
            return HubFolder.of(
                    client,
                    client.options().withForce(forceDownload),
                    published("open").at(revision));
        });
    }

    private HubConfig hubConfig() {
        HubConfig.Builder config =
                hub == null ? HubConfig.fromEnvironment().toBuilder().userAgent("sae4j/" + version()) : hub.toBuilder();
        if (cache != null) {
            config.cache(cache);
        }
        if (token != null) {
            config.token(token);
        }
        if (offline != null) {
            config.offline(offline);
        }
        if (progress != null) {
            config.progress(progress);
        }
        return config.build();
    }

    private static String version() {
        @Nullable String version = SaeLoader.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    private SaeAddress published(String setting) {
        if (address == null) {
            throw new SaeLoadException(
                    setting + "(...) is for published SAEs, but " + folder + " is a folder of this machine.");
        }
        return address;
    }
}
