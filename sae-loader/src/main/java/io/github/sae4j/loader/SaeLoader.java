package io.github.sae4j.loader;

import ai.djl.Device;
import com.google.gson.JsonObject;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SaeRuntime;
import io.github.sae4j.core.SaeSource;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.ClassPath;
import io.github.sae4j.loader.internal.FailureBelow;
import io.github.sae4j.loader.internal.KeptHashes;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.TypedText;
import io.github.sae4j.loader.internal.format.Formats;
import io.github.sae4j.loader.internal.format.LayerSet;
import io.github.sae4j.loader.internal.names.Registry;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How to open one SAE: where it lies, and the settings that differ from the defaults.
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).dtype(WeightType.FLOAT32).open()) {
 *     SparseFeatures features = sae.encode(activations);
 * }
 * }</pre>
 *
 * <p>What is published on a hub has a {@link HubSaeLoader}, which also says how the hub is reached. For one thread;
 * {@link #open()} may be called several times and opens a new SAE each time.
 *
 * @since 0.1
 */
public abstract sealed class SaeLoader permits DiskSaeLoader, HubSaeLoader {

    private static final Logger LOG = LoggerFactory.getLogger(SaeLoader.class);

    private @Nullable WeightType dtype;
    private @Nullable String format;
    private final Map<String, Object> overrides = new LinkedHashMap<>();
    private double @Nullable [] normScalingFactor;
    private final Set<String> allowedUnknown = new LinkedHashSet<>();
    private boolean foldDecoderNorms;
    private @Nullable SaeProfile profile;
    private @Nullable Device device;
    private @Nullable Kernel kernel;
    private @Nullable SaeRuntime runtime;
    private boolean allowNonFinite;
    private boolean prepared;
    private KeptHashes hashes = KeptHashes.none();

    SaeLoader() {}

    /** Returns the place where the files are; nothing is asked or fetched yet. */
    abstract SaeFolder files();

    /** Returns what the registry knows of the SAE, or null if it is in none of its releases. */
    abstract Registry.@Nullable Facts facts();

    /**
     * Sets the number format of the two matrices in memory; without it the stored one is kept, which is free: the
     * matrices are then the mapped file itself. Another one costs a conversion at opening and memory of its own.
     *
     * @param type float16 and bfloat16 are widened exactly; other conversions round to the nearest number
     * @return this
     * @throws NullPointerException if {@code type} is null
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
                    Reason.INVALID_ARGUMENT,
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
     * @throws NullPointerException if an argument is null
     * @throws SaeLoadException if {@code value} is of another type
     */
    public SaeLoader override(String field, Object value) {
        SAE.requirePresent(field, "field");
        SAE.requirePresent(value, "value");
        if (!(value instanceof Number || value instanceof Boolean || value instanceof String)) {
            throw new SaeLoadException(
                    Reason.INVALID_ARGUMENT,
                    "override(\"" + field + "\", ...) takes a text, a number, true or false, but was" + " given a "
                            + value.getClass().getSimpleName() + ".");
        }
        overrides.put(field, value);
        return this;
    }

    /**
     * Sets a field of the configuration to a value that stands in a text, such as an argument of a program: {@code true} and
     * {@code false}, whole numbers and decimal ones are these, and all else is a text.
     *
     * @param field as for {@link #override}
     * @param value for example {@code 50}
     * @return this
     * @throws NullPointerException if an argument is null
     */
    public SaeLoader overrideFromText(String field, String value) {
        return override(field, TypedText.valueOf(SAE.requirePresent(value, "value")));
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
                        Reason.INVALID_ARGUMENT,
                        "The norm scaling factor must be finite and above 0, but is " + factor + ".");
            }
        }
        if (factors.length == 0) {
            throw new SaeLoadException(Reason.INVALID_ARGUMENT, "normScalingFactor(...) needs a factor.");
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
     * @throws NullPointerException if a name is null; {@link #open()} refuses names of which there is nothing unknown
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
     * Sets a set of settings that others use: where decoder norms can be folded, as its dashboards have them, {@link
     * SaeProfile#NEURONPEDIA} folds them, and leaves the other SAEs as they are.
     *
     * @param settings whose
     * @return this
     * @throws NullPointerException if {@code settings} is null
     */
    public SaeLoader profile(SaeProfile settings) {
        this.profile = SAE.requirePresent(settings, "settings");
        return this;
    }

    /**
     * Sets the device; without it CUDA is chosen if there is one, the CPU otherwise.
     *
     * @param device for example {@code Device.cpu()} or {@code Device.gpu()}
     * @return this
     * @throws NullPointerException if {@code device} is null
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
     * @throws NullPointerException if {@code kernel} is null
     */
    public SaeLoader kernel(Kernel kernel) {
        this.kernel = SAE.requirePresent(kernel, "kernel");
        return this;
    }

    /**
     * Sets the threads that Java's kernels compute with; without it those of the process, {@link SaeRuntime#shared()}.
     *
     * @param runtime stays open as long as the SAE
     * @return this
     * @throws NullPointerException if {@code runtime} is null
     */
    public SaeLoader runtime(SaeRuntime runtime) {
        this.runtime = SAE.requirePresent(runtime, "runtime");
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
     * Sets whether the encoder is prepared for many calls, see {@link SaeBuilder#prepared}; by default it is not. It takes memory
     * outside the heap, one and a half times what an encoder of bfloat16 takes itself, and time at opening. Where libtorch
     * multiplies 8-bit numbers fast, encoding is faster from then on; elsewhere it may gain nothing. Results have the same bits.
     *
     * @param prepare whether to prepare it
     * @return this
     */
    public SaeLoader prepared(boolean prepare) {
        this.prepared = prepare;
        return this;
    }

    /**
     * Sets a folder in which the SHA-256 of large weights files is kept from one process to the next, so that {@link
     * SaeSource#sha256()} reads a file once and not again while it stays as it is; by default nothing is kept.
     *
     * <p>What is kept counts until the machine is started anew, for the same file of the same file system with the same size
     * and the same times, to the nanosecond, of its last write and of its last change, which programs do not set. It is kept of
     * files that have 16 MiB or more, were left alone for a minute, and lie on Linux's ext4, xfs or btrfs, and not of sets of
     * layers. Whoever may write to the folder may say what the hashes are.
     *
     * @param folder is made when it is needed; where it cannot be, nothing is kept
     * @return this
     * @throws NullPointerException if {@code folder} is null
     */
    public SaeLoader keepHashesIn(Path folder) {
        this.hashes = KeptHashes.in(SAE.requirePresent(folder, "folder"));
        return this;
    }

    /**
     * Tells what the SAE is without fetching its weights: of those that are not in the cache only the headers are read, by
     * range requests, and vectors that the layout's configuration depends on. Small files are fetched as for opening.
     *
     * @return what its configuration, its tensors' headers and the registry say
     * @throws SaeLoadException if it cannot be found, or what it says cannot be used
     */
    public SaeDescription describe() {
        return ClassPath.whole(() ->
                FailureBelow.reported(() -> new SaeDescription(Formats.describe(files().headersOnly(), settings()))));
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
        return ClassPath.whole(this::opened);
    }

    private SparseAutoencoder opened() {
        SaeFolder files = files();
        SparseAutoencoder sae;
        try {
            sae = FailureBelow.reported(() ->
                    folded(opening().build(Formats.read(files, settings()).prepared(prepared), device)));
        } catch (SaeException e) {
            throw new SaeLoadException(Reason.CANNOT_OPEN, files.label() + " cannot be opened: " + e.getMessage(), e);
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
     *     are for one SAE: {@link #format}, {@link #override}, {@link #normScalingFactor}, {@link #foldDecoderNorms}, {@link
     *     #profile} and {@link #prepared}
     */
    public SaeSet openSet() {
        return ClassPath.whole(this::openedSet);
    }

    private SaeSet openedSet() {
        SaeFolder files = files();
        boolean forOne = !overrides.isEmpty() || foldDecoderNorms || prepared;
        if (forOne || format != null || normScalingFactor != null || profile != null) {
            throw new SaeLoadException(
                    Reason.SETTING_REFUSED,
                    files.label() + " is opened as a set of layers, for which there is no format(...),"
                            + " override(...), normScalingFactor(...), foldDecoderNorms(...), profile(...) or prepared(...).");
        }
        LayerSet set = FailureBelow.reported(() -> LayerSet.read(files, setSettings()));
        LOG.info(
                "Opened {}: {} layers, {}, d {}, d_sae {} each",
                set.source().description(),
                set.layers(),
                set.config(0).architecture(),
                set.config(0).dIn(),
                set.config(0).dSae());
        return new SaeSet(set, opening());
    }

    private SaeSet.Settings opening() {
        return new SaeSet.Settings(device, kernel, runtime, allowNonFinite);
    }

    /** Both views own the weights, so closing the one that nobody has seen leaves them to the other. */
    private SparseAutoencoder folded(SparseAutoencoder sae) {
        boolean asTheyDo =
                profile == SaeProfile.NEURONPEDIA && sae.capabilities().has(SaeCapability.FOLD_DECODER_NORMS);
        if (!foldDecoderNorms && !asTheyDo) {
            return sae;
        }
        try (sae) {
            return sae.foldDecoderNorms();
        }
    }

    final Formats.Settings settings() {
        return new Formats.Settings(
                format,
                facts(),
                overriding(),
                normScalingFactor,
                dtype,
                new LinkedHashSet<>(allowedUnknown),
                allowNonFinite,
                hashes);
    }

    private JsonObject overriding() {
        JsonObject object = new JsonObject();
        overrides.forEach((field, value) -> {
            if (value instanceof Number number) {
                object.addProperty(field, number);
            } else if (value instanceof Boolean flag) {
                object.addProperty(field, flag);
            } else {
                object.addProperty(field, (String) value);
            }
        });
        return object;
    }

    final LayerSet.Settings setSettings() {
        return new LayerSet.Settings(dtype, new LinkedHashSet<>(allowedUnknown), allowNonFinite);
    }
}
