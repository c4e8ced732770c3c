package io.github.sae4j.examples.internal;

import io.github.sae4j.core.Kernel;
import io.github.sae4j.loader.SaeLoader;
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
        return format.apply(loader).foldDecoderNorms(foldDecoderNorms);
    }

    /** Returns the options that change what the SAE computes, as the user could write them again; empty if there are none. */
    String written() {
        List<String> options = new ArrayList<>(format.written());
        if (foldDecoderNorms) {
            options.add(0, "--fold-decoder-norms");
        }
        return String.join(" ", options);
    }
}
