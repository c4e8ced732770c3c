package io.github.sae4j.examples.internal;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say which SAE runs, and how. */
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
final class RunOptions {

    @Option(
            names = "--sae",
            required = true,
            paramLabel = "SAE",
            description = "A folder, layer_19, owner/repo:folder, either with @revision, or demo.")
    private String sae;

    @Mixin
    private HubOptions hub;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            converter = DeviceChoice.Converter.class,
            description = "auto (the default: CUDA if there is one), cpu, cuda or cuda:N.")
    private DeviceChoice device = DeviceChoice.AUTO;

    @Option(
            names = "--batch-tokens",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "How many tokens are in memory at a time; default ${DEFAULT-VALUE}.")
    private int batchTokens = 512;

    @Option(names = "--allow-non-finite", description = "Let NaN and infinity through instead of stopping at them.")
    private boolean allowNonFinite;

    /** Opens the SAE and starts to take its SHA-256, which every output has in its metadata. */
    OpenSae open(Terminal terminal) {
        OpenSae open = OpenSae.open(sae, hub, terminal, device.device(), allowNonFinite);
        open.prepareSha256();
        return open;
    }

    int batchTokens() {
        return batchTokens;
    }
}
