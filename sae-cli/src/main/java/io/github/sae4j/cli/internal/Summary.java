package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.WrittenFile;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.features.Selection;
import java.util.ArrayList;
import java.util.List;

/** The line that a command ends with: what was done, how fast, by what, and where the result is. */
final class Summary {

    private final long started = System.nanoTime();
    private final List<String> parts = new ArrayList<>();

    private Summary() {}

    /** Starts the clock. */
    static Summary start() {
        return new Summary();
    }

    Summary add(String part) {
        parts.add(part);
        return this;
    }

    /** Tells, if tokens were left out, how many of how many. */
    Summary leftOut(Activations activations) {
        String count = SettingOptions.leftOutCount(activations);
        return count.isEmpty() ? this : add(count + " tokens left out");
    }

    /** Returns how many active features are written, of which a selection may keep only some of each token. */
    static long written(SparseFeatures features, Selection selection) {
        if (selection.topK().isEmpty()) {
            return features.activeCount();
        }
        long written = 0;
        for (int token = 0; token < features.tokens(); token++) {
            written += Math.min(selection.topK().getAsInt(), features.activeCount(token));
        }
        return written;
    }

    /** Tells how many features were active on a token. */
    Summary l0(long active, long tokens) {
        return l0((double) active / tokens);
    }

    /** Tells how many features were active on a token, NaN without tokens. */
    Summary l0(double mean) {
        return add("L0 " + Quantity.decimalOrDash(mean, 1));
    }

    /** Returns the line of a command that ran an SAE. */
    String line(long tokens, SparseAutoencoder sae, List<WrittenFile> files) {
        return line(tokens, files, List.of(DeviceChoice.spell(sae.device()) + ", " + sae.kernel() + " kernel"));
    }

    /** Returns the line of a command that ran a set of layers. */
    String line(long tokens, List<WrittenFile> files) {
        return line(tokens, files, List.of());
    }

    private String line(long tokens, List<WrittenFile> files, List<String> by) {
        double seconds = Math.max(1e-9, (System.nanoTime() - started) / 1e9);
        List<String> all = new ArrayList<>();
        all.add(Quantity.tokens(tokens));
        all.addAll(parts);
        all.add(Quantity.count(Math.round(tokens / seconds)) + " tokens/s");
        all.addAll(by);
        files.forEach(file -> all.add(file.name() + " (" + Quantity.bytes(file.bytes()) + ")"));
        return String.join(" · ", all);
    }
}
