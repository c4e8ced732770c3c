package io.github.sae4j.loader;

import ai.djl.Device;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.hub.HubCache;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.loader.internal.CachedFolder;
import io.github.sae4j.loader.internal.DiskFolder;
import io.github.sae4j.loader.internal.SaeAddress;
import io.github.sae4j.loader.internal.SaeFolder;
import io.github.sae4j.loader.internal.SaeLensFormat;
import io.github.sae4j.safetensors.SafetensorsException;
import java.nio.file.Path;
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
    private @Nullable String revision;
    private @Nullable Path cache;
    private @Nullable Device device;
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
     * Sets the folder of the Hugging Face cache; without it the environment says where it is.
     *
     * @param cache the folder that holds {@code models--owner--name} folders
     * @return this
     * @throws SaeLoadException if {@code cache} is null, or the SAE is in a folder of this machine
     */
    public SaeLoader cache(Path cache) {
        published("cache");
        this.cache = SAE.requirePresent(cache, "cache");
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
     * Sets whether NaN and infinity in activations and features are let through; by default they are rejected.
     *
     * @param allow whether to let them through
     * @return this
     */
    public SaeLoader allowNonFinite(boolean allow) {
        this.allowNonFinite = allow;
        return this;
    }

    /**
     * Opens the SAE and says so in one line of the log at INFO.
     *
     * @return the SAE, which the caller closes
     * @throws SaeLoadException if it cannot be opened; the message says why
     */
    public SparseAutoencoder open() {
        SaeFolder files = files();
        SparseAutoencoder sae;
        try {
            sae = SaeLensFormat.read(files)
                    .device(device)
                    .allowNonFinite(allowNonFinite)
                    .build();
        } catch (SaeException e) {
            throw new SaeLoadException(files.label() + " cannot be opened: " + e.getMessage(), e);
        } catch (SafetensorsException | HubException e) {
            throw new SaeLoadException(String.valueOf(e.getMessage()), e);
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

    private SaeFolder files() {
        if (folder != null) {
            return DiskFolder.of(folder);
        }
        try {
            HubCache hub = cache == null ? HubCache.fromEnvironment() : HubCache.of(cache);
            return CachedFolder.of(hub, published("open").at(revision));
        } catch (HubException e) {
            throw new SaeLoadException(String.valueOf(e.getMessage()), e);
        }
    }

    private SaeAddress published(String setting) {
        if (address == null) {
            throw new SaeLoadException(
                    setting + "(...) is for published SAEs, but " + folder + " is a folder of this machine.");
        }
        return address;
    }
}
