package io.github.sae4j.examples.internal;

import ai.djl.Device;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightMatrix;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sae info}: tells what an SAE is and how it would run here. */
@Command(name = "info", description = "Tell what an SAE is, where it came from, and how it runs here.")
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class InfoCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(
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

    @Override
    public void run() {
        Terminal terminal = Terminal.of(spec);
        long start = System.nanoTime();
        startEngine(device.device());
        long started = System.nanoTime();
        try (OpenSae open = OpenSae.open(sae, hub, terminal, device.device(), false)) {
            long opened = System.nanoTime();
            print(open.lastingName(), open.sae(), terminal);
            line(
                    terminal,
                    "opened in",
                    milliseconds(opened - started) + ", after the engine's start in " + milliseconds(started - start));
        }
    }

    /** The first SAE of a process pays for the engine; with a tiny one before it, the time of opening is its own. */
    private static void startEngine(@Nullable Device device) {
        float[] one = {1};
        SparseAutoencoder.builder(SaeConfig.standard(1, 1))
                .encoder(WeightMatrix.of(new float[][] {one}))
                .decoder(WeightMatrix.of(new float[][] {one}))
                .decoderBias(one)
                .activation(Relu.of(one))
                .device(device)
                .build()
                .close();
    }

    private static String milliseconds(long nanoseconds) {
        return String.format(Locale.ROOT, "%.1f ms", nanoseconds / 1e6);
    }

    private static void print(String name, SparseAutoencoder sae, Terminal terminal) {
        SaeConfig config = sae.config();
        long weights = (long) config.dIn() * config.dSae() + (long) config.dSae() * config.dOut();
        line(terminal, "SAE", name);
        line(terminal, "architecture", config.architecture());
        line(terminal, "W_enc", axes("d_in", config.dIn(), "d_sae", config.dSae()));
        line(terminal, "W_dec", axes("d_sae", config.dSae(), "d_out", config.dOut()));
        line(terminal, "dtype", dtype(sae));
        line(terminal, "size", Quantity.bytes(weights * sae.weightType().bytes()) + " in the two matrices");
        line(terminal, "normalisation", config.normalization().label());
        line(terminal, "reshape", config.reshape().label());
        line(terminal, "b_dec", config.applyBDecToInput() ? "subtracted from the input" : "not applied to the input");
        metadata(terminal, config.metadata());
        sae.source().commit().ifPresent(commit -> line(terminal, "commit", commit));
        line(terminal, "files", String.join(", ", sae.source().files()));
        line(terminal, "sparsity", sae.sparsity().isPresent() ? "log10 firing frequencies, [d_sae]" : "not published");
        line(terminal, "device", DeviceChoice.spell(sae.device()));
        line(terminal, "kernel", sae.kernel());
        config.otherFields().forEach((field, json) -> line(terminal, "also in cfg", field + " = " + json));
    }

    private static void metadata(Terminal terminal, SaeMetadata metadata) {
        line(terminal, "hook", metadata.hookName());
        line(terminal, "hook head", metadata.hookHeadIndex());
        line(terminal, "model", metadata.modelName());
        line(terminal, "context size", metadata.contextSize());
        line(terminal, "prepends BOS", metadata.prependBos());
        line(terminal, "dataset", metadata.datasetPath());
        line(terminal, "Neuronpedia", metadata.neuronpediaId());
        line(terminal, "SAELens", metadata.saeLensVersion());
    }

    private static String dtype(SparseAutoencoder sae) {
        String stored = sae.weightType().label();
        String declared = sae.config().dtype();
        return declared == null || declared.equals(stored)
                ? stored
                : stored + " as stored and used; the configuration says " + declared;
    }

    private static String axes(String rows, int rowCount, String columns, int columnCount) {
        return "[" + rows + " " + Quantity.count(rowCount) + " × " + columns + " " + Quantity.count(columnCount) + "]";
    }

    private static void line(Terminal terminal, String label, @Nullable Object value) {
        if (value != null) {
            terminal.print(String.format("%-15s %s", label, value));
        }
    }
}
