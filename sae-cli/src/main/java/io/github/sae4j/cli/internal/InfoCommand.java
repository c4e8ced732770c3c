package io.github.sae4j.cli.internal;

import ai.djl.Device;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.internal.files.Json;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeDescription;
import io.github.sae4j.loader.SaeSetException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sae info}: tells what an SAE is and how it would run here. */
@Command(
        name = "info",
        description = "Tell what an SAE is, where it came from, and how it runs here.",
        footer = {"", "Examples:", "  sae info layer_19", "  sae info gpt2-small-res-jb:blocks.8.hook_resid_pre --json"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class InfoCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SAE", description = SaeOptions.NAMES)
    private String sae;

    @Mixin
    private SaeOptions options;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Option(names = "--allow-non-finite", description = "Tell also of an SAE whose weights hold NaN or infinity.")
    private boolean allowNonFinite;

    @Override
    public void run() {
        try {
            tellOfSae();
        } catch (SaeSetException e) {
            Terminal terminal = Terminal.of(spec);
            try (OpenSet set = OpenSet.open(sae, options, terminal, allowNonFinite, false)) {
                if (json) {
                    terminal.print(Json.indented(SaeJson.of(set.set())));
                } else {
                    SetDetails.on(terminal).print(set.set());
                }
            }
        }
    }

    private void tellOfSae() {
        Terminal terminal = Terminal.of(spec);
        @Nullable SaeDescription description = OpenSae.describe(sae, options, terminal);
        SaeDetails facts = SaeDetails.on(terminal);
        if (description != null && !description.isHere()) {
            if (json) {
                terminal.print(Json.indented(SaeJson.of(description)));
            } else {
                facts.print(description, sae);
            }
            return;
        }
        long start = System.nanoTime();
        startKernel(options.device().device());
        long started = System.nanoTime();
        try (OpenSae open = OpenSae.open(sae, options, terminal, allowNonFinite, false)) {
            long opened = System.nanoTime();
            @Nullable
            PublishedSae published =
                    description == null ? null : description.published().orElse(null);
            if (json) {
                terminal.print(Json.indented(SaeJson.of(open, published, description)));
                return;
            }
            facts.print(open.lastingName(), open.sae(), published);
            facts.uses(description);
            facts.line(
                    "opened in",
                    milliseconds(opened - started) + ", after the kernel's start in " + milliseconds(started - start));
        }
    }

    /** The first SAE of a process pays for its kernel's start; with a tiny one before it, the time of opening is its own. */
    private static void startKernel(@Nullable Device device) {
        float[] one = {1};
        SaeBuilder tiny = SparseAutoencoder.builder(SaeConfig.standard(1, 1))
                .encoder(WeightMatrix.of(new float[][] {one}))
                .decoder(WeightMatrix.of(new float[][] {one}))
                .decoderBias(one)
                .activation(Relu.of(one));
        if (device != null) {
            tiny.device(device);
        }
        tiny.build().close();
    }

    private static String milliseconds(long nanoseconds) {
        return String.format(Locale.ROOT, "%.1f ms", nanoseconds / 1e6);
    }
}
