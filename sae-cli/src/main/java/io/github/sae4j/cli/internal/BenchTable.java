package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.analysis.machine.BenchRow;
import io.github.sae4j.analysis.machine.Limits;
import io.github.sae4j.analysis.machine.Machine;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What is measured as a table whose rows appear as they are measured. */
record BenchTable(Terminal terminal) implements BenchReport {

    private static final String ROW = "%-12s %7s  %12s  %21s  %10s  %10s  %9s";

    @Override
    public void machine(Machine machine) {
        line("machine", machine.cpu() + ", " + counted(machine.processors(), "processor"));
        line("Java", machine.java());
        machine.vectors().ifPresent(shapes -> line("vectors", VectorFacts.line(shapes)));
    }

    @Override
    public void limits(Limits limits) {
        line("bandwidth", Quantity.decimal(limits.bytesPerSecond() / 1e9, 1) + " GB/s" + threads(limits));
        line(
                "FMA peak",
                Quantity.decimal(limits.flopsPerSecond() / 1e9, 1) + " GFLOP/s" + threads(limits) + " ("
                        + limits.multiplyAddsBy() + ")");
    }

    private static String threads(Limits limits) {
        return " with " + counted(limits.threads(), "thread");
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    @Override
    public void sae(String name, SparseAutoencoder sae, boolean prepared, double l0) {
        SaeConfig config = sae.config();
        line(
                "SAE",
                name + ", " + config.architecture() + ", d_in " + Quantity.count(config.dIn()) + ", d_sae "
                        + Quantity.count(config.dSae()) + ", "
                        + sae.weightType().label());
        line("L0", Quantity.decimal(l0, 1) + ", of Gaussian activations");
        line("device", DeviceChoice.spell(sae.device()));
        line("kernel", sae.kernel().label() + (prepared ? ", prepared" : ""));
        terminal.print("");
        terminal.print(
                ROW.formatted("work", "tokens", "median ms", "quartiles ms", "tokens/s", "read share", "FMA share"));
    }

    @Override
    public void row(BenchRow row) {
        terminal.print(ROW.formatted(
                row.work(),
                Quantity.count(row.tokens()),
                milliseconds(row.timing().median()),
                milliseconds(row.timing().quantile(0.25)) + " – "
                        + milliseconds(row.timing().quantile(0.75)),
                Quantity.count(Math.round(row.tokensPerSecond())),
                percent(row.shareOfBandwidth()),
                percent(row.shareOfPeak())));
    }

    @Override
    public void end(OptionalLong peakMemory) {
        terminal.print("");
        line(
                "peak memory",
                peakMemory.isPresent() ? Quantity.bytes(peakMemory.getAsLong()) + " resident" : "not known");
    }

    private void line(String label, String value) {
        terminal.print(String.format("%-11s %s", label, value));
    }

    private static String milliseconds(double seconds) {
        return Quantity.decimal(seconds * 1e3, 3);
    }

    private static String percent(OptionalDouble share) {
        return share.isPresent() ? Quantity.decimal(share.getAsDouble() * 100, 1) + " %" : "–";
    }
}
