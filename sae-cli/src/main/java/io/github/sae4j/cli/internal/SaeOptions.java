package io.github.sae4j.cli.internal;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.loader.SaeLoader;
import io.github.sae4j.loader.SaeProfile;
import io.github.sae4j.loader.SaeSet;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say how the SAE that was named is opened. */
final class SaeOptions {

    /** How users write SAEs, for the help of the commands that take one. */
    static final String NAMES = "A folder or file, layer_19, release:id (see sae list), owner/repo:folder, any of the"
            + " published ones with @revision, or demo.";

    @Mixin
    private HubOptions hub = new HubOptions();

    @Mixin
    private FormatOptions format = new FormatOptions();

    @Option(
            names = "--fold-decoder-norms",
            description = "Rescale features to decoder rows of norm 1, as Neuronpedia's dashboards show them.")
    private boolean foldDecoderNorms;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            converter = ProfileChoice.class,
            description =
                    "neuronpedia: what makes numbers comparable with its dashboards, decoder norms folded where that"
                            + " can be. Its activations are of sequences that begin with BOS.")
    private @Nullable SaeProfile profile;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceChoice.Converter.class,
            description = "auto (the default: CUDA if there is one), cpu, cuda or cuda:N.")
    private DeviceChoice device = DeviceChoice.AUTO;

    @Option(
            names = "--kernel",
            paramLabel = "KERNEL",
            converter = KernelChoice.class,
            description = "What does the arithmetic: vector, torchscript or plain; by default the fastest there is for"
                    + " the device and the SAE.")
    private @Nullable Kernel kernel;

    HubOptions hub() {
        return hub;
    }

    DeviceChoice device() {
        return device;
    }

    @Nullable
    Kernel kernel() {
        return kernel;
    }

    /** Sets what the user asked for beside how a published SAE is fetched. */
    SaeLoader apply(SaeLoader loader) {
        if (device.device() != null) {
            loader.device(device.device());
        }
        if (kernel != null) {
            loader.kernel(kernel);
        }
        if (profile != null) {
            loader.profile(profile);
        }
        return format.apply(loader).foldDecoderNorms(foldDecoderNorms);
    }

    /**
     * Opens an SAE as the user asked for it.
     *
     * @param loader knows where it is
     * @return the SAE, which the caller closes
     */
    SparseAutoencoder open(SaeLoader loader) {
        SaeLoader asked = apply(loader);
        CommandCache.folder().ifPresent(cache -> asked.keepHashesIn(cache.resolve("hashes")));
        return asked.open();
    }

    /**
     * Opens a set of layers as the user asked for it.
     *
     * @param loader knows where it is
     * @param name how the user named it, for the message
     * @param prepared whether a prepared encoder is asked for
     * @return the set, which the caller closes
     * @throws CommandException if options are given that are for one SAE
     */
    SaeSet openSet(SaeLoader loader, String name, boolean prepared) {
        List<String> others = changes(foldDecoderNorms);
        others.removeAll(format.unknown());
        if (profile != null) {
            others.add("--profile");
        }
        if (prepared) {
            others.add("--prepared");
        }
        if (!others.isEmpty()) {
            throw new CommandException(
                    name + " is a set of layers, and " + String.join(" ", others) + " is for one SAE.");
        }
        return apply(loader).openSet();
    }

    /** Returns what the profile means for an SAE, in words; empty if there is none. */
    String profile(SparseAutoencoder sae) {
        return profile == null ? "" : profile.settings(sae);
    }

    /** Returns the options that would change what an SAE computes; empty if there are none. */
    String written() {
        return profile == null ? String.join(" ", changes(foldDecoderNorms)) : "--profile";
    }

    private List<String> changes(boolean folded) {
        List<String> options = new ArrayList<>(format.written());
        if (folded) {
            options.add(0, "--fold-decoder-norms");
        }
        return options;
    }
}
