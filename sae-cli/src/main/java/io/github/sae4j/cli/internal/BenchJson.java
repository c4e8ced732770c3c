package io.github.sae4j.cli.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.github.sae4j.analysis.machine.BenchRow;
import io.github.sae4j.analysis.machine.Limits;
import io.github.sae4j.analysis.machine.Machine;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.internal.files.Json;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What is measured as one JSON object, printed at the end; times are in milliseconds. */
final class BenchJson implements BenchReport {

    private final Terminal terminal;
    private final JsonObject report = new JsonObject();
    private final JsonArray rows = new JsonArray();

    BenchJson(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void machine(Machine machine) {
        JsonObject fields = new JsonObject();
        fields.addProperty("cpu", machine.cpu());
        fields.addProperty("processors", machine.processors());
        fields.addProperty("java", machine.java());
        fields.add("vectors", machine.vectors().map(VectorFacts::json).orElse(null));
        report.add("machine", fields);
        report.addProperty("sae4j_version", Version.number());
    }

    @Override
    public void limits(Limits limits) {
        JsonObject fields = new JsonObject();
        fields.addProperty("bytes_per_second", limits.bytesPerSecond());
        fields.addProperty("flops_per_second", limits.flopsPerSecond());
        fields.addProperty("multiply_adds_by", limits.multiplyAddsBy());
        fields.addProperty("threads", limits.threads());
        report.add("limits", fields);
    }

    @Override
    public void sae(String name, SparseAutoencoder sae, boolean prepared, double l0) {
        JsonObject fields = new JsonObject();
        fields.addProperty("name", name);
        fields.addProperty("architecture", sae.config().architecture().label());
        fields.addProperty("d_in", sae.config().dIn());
        fields.addProperty("d_sae", sae.config().dSae());
        fields.addProperty("dtype", sae.weightType().label());
        report.add("sae", fields);
        report.addProperty("l0", l0);
        report.addProperty("device", DeviceChoice.spell(sae.device()));
        report.addProperty("kernel", sae.kernel().label());
        report.addProperty("prepared", prepared);
    }

    @Override
    public void row(BenchRow row) {
        JsonObject fields = new JsonObject();
        fields.addProperty("work", row.work());
        fields.addProperty("tokens", row.tokens());
        fields.addProperty("runs", row.timing().runs());
        fields.addProperty("median_ms", row.timing().median() * 1e3);
        fields.addProperty("lower_quartile_ms", row.timing().quantile(0.25) * 1e3);
        fields.addProperty("upper_quartile_ms", row.timing().quantile(0.75) * 1e3);
        fields.addProperty("tokens_per_second", row.tokensPerSecond());
        fields.addProperty("share_of_bandwidth", orNull(row.shareOfBandwidth()));
        fields.addProperty("share_of_fma_peak", orNull(row.shareOfPeak()));
        rows.add(fields);
    }

    private static @Nullable Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    @Override
    public void end(OptionalLong peakMemory) {
        report.add("rows", rows);
        report.addProperty("peak_resident_bytes", peakMemory.isPresent() ? peakMemory.getAsLong() : null);
        terminal.print(Json.indented(report));
    }
}
