package io.github.sae4j.cli.internal;

import ai.djl.Device;
import io.github.sae4j.analysis.machine.Bench;
import io.github.sae4j.analysis.machine.Limits;
import io.github.sae4j.analysis.machine.Machine;
import io.github.sae4j.analysis.machine.PeakMemory;
import io.github.sae4j.analysis.machine.RandomWeights;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sae bench}: measures how fast SAEs run on this machine, and how fast they could. */
@Command(
        name = "bench",
        description = "Measure how fast an SAE runs on this machine, beside what the machine can do.",
        footer = {
            "",
            "read share: what reading W_enc once at the measured bandwidth takes, of the median; it bounds small batches.",
            "FMA share: what the product with W_enc takes at the measured peak, of the median; it bounds large ones.",
            "With --prepared most of that product is saved, and both may be above 100 percent. The default sizes",
            "then need SAE_JAVA_OPTS=-XX:MaxDirectMemorySize=2g.",
            "",
            "Examples:",
            "  sae bench",
            "  sae bench --sae layer_19 --tokens 1,64 --json"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class BenchCommand implements Runnable {

    private static final int REFERENCE_D_IN = 3072;
    private static final int REFERENCE_D_SAE = 49_152;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--sae",
            paramLabel = "SAE",
            description = SaeOptions.NAMES + " Without it, a random SAE is made in memory.")
    private @Nullable String sae;

    @Mixin
    private SaeOptions options;

    @Option(
            names = "--d-in",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "The width of the random SAE's activations; by default " + REFERENCE_D_IN + ".")
    private @Nullable Integer dIn;

    @Option(
            names = "--d-sae",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "The number of the random SAE's features; by default " + REFERENCE_D_SAE + ".")
    private @Nullable Integer dSae;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            converter = WeightTypeChoice.class,
            description = "How the random SAE's weights are stored: bfloat16 (the default), float16 or float32.")
    private @Nullable WeightType dtype;

    @Option(
            names = "--tokens",
            paramLabel = "N",
            split = ",",
            converter = AtLeastOne.class,
            description = "The batches to encode; by default ${DEFAULT-VALUE}.",
            defaultValue = "1,4,16,64,128,512,2048")
    private List<Integer> tokens;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            converter = AboveZero.class,
            description = "How long each row of the table is measured, if seven runs take no longer; by default"
                    + " ${DEFAULT-VALUE}.")
    private Double seconds = 2.0;

    @Option(names = "--prepared", description = EncodingOptions.PREPARED)
    private boolean prepared;

    @Option(names = "--json", description = "Print one JSON object instead of the table.")
    private boolean json;

    @Override
    public void run() {
        requireFitting();
        if (sae == null) {
            try (SparseAutoencoder random = random().open()) {
                measure("random", random);
            }
        } else {
            try (OpenSae open = OpenSae.open(sae, options, Terminal.of(spec), false, prepared)) {
                measure(open.lastingName(), open.sae());
            }
        }
    }

    private RandomWeights random() {
        RandomWeights weights = RandomWeights.of(
                        Objects.requireNonNullElse(dIn, REFERENCE_D_IN),
                        Objects.requireNonNullElse(dSae, REFERENCE_D_SAE),
                        Objects.requireNonNullElse(dtype, WeightType.BFLOAT16))
                .withPrepared(prepared);
        Device device = options.device().device();
        if (device != null) {
            weights = weights.withDevice(device);
        }
        Kernel kernel = options.kernel();
        return kernel == null ? weights : weights.withKernel(kernel);
    }

    private void measure(String name, SparseAutoencoder opened) {
        if (!opened.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            throw new CommandException("This SAE takes whole sequences, but sae bench measures single tokens.");
        }
        Terminal terminal = Terminal.of(spec);
        BenchReport report = json ? new BenchJson(terminal) : new BenchTable(terminal);
        report.machine(Machine.here());
        Limits limits = Limits.measure();
        report.limits(limits);
        PeakMemory memory = PeakMemory.fromNow();
        Bench bench = new Bench(opened, limits, tokens, seconds);
        report.sae(name, opened, prepared, bench.l0());
        bench.run(report::row);
        report.end(memory.bytes());
    }

    private void requireFitting() {
        if (sae != null && (dIn != null || dSae != null || dtype != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--d-in, --d-sae and --dtype are for the SAE that is made where --sae names none");
        }
        if (sae == null && !options.written().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), options.written() + " is for an SAE of files, but --sae names none");
        }
    }
}
