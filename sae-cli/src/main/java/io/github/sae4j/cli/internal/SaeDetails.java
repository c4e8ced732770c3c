package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.internal.report.Quantity;
import io.github.sae4j.analysis.survey.DecoderDirections;
import io.github.sae4j.core.HookSpellings;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.VectorShapes;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.loader.PublishedSae;
import io.github.sae4j.loader.SaeDescription;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What there is to tell of an SAE, a line for each.
 *
 * @param facts takes the lines
 */
record SaeDetails(LabelledLines facts) {

    static SaeDetails on(Terminal terminal) {
        return new SaeDetails(new LabelledLines(terminal, 15));
    }

    /** Tells of an SAE that is open. */
    void print(String name, SparseAutoencoder sae, @Nullable PublishedSae published) {
        SaeConfig config = sae.config();
        line("SAE", name);
        release(published);
        line("architecture", config.architecture());
        line("W_enc", axes("d_in", config.dIn(), "d_sae", config.dSae()));
        long weights = (long) config.dIn() * config.dSae();
        if (sae.capabilities().has(SaeCapability.DECODE)) {
            line("W_dec", axes("d_sae", config.dSae(), "d_out", config.dOut()));
            weights += (long) config.dSae() * config.dOut();
        } else {
            line("W_dec", "none: this SAE can encode only");
        }
        line("dtype", dtype(sae));
        line(
                "size",
                Quantity.bytes(weights * sae.weightType().bytes()) + " in "
                        + (sae.capabilities().has(SaeCapability.DECODE) ? "the two matrices" : "the matrix"));
        line("in memory", sae.weightLayout());
        transform(config, sae.normScalingFactor());
        line("decoder norms", norms(sae));
        metadata(config.metadata());
        sae.source().commit().ifPresent(commit -> line("commit", commit));
        line("files", String.join(", ", sae.source().files()));
        line("sparsity", sae.sparsity().isPresent() ? "log10 firing frequencies, [d_sae]" : "not published");
        line("device", DeviceChoice.spell(sae.device()));
        line("kernel", sae.kernel().label());
        if (sae.kernel() == Kernel.VECTOR) {
            line("vectors", VectorShapes.here().map(VectorFacts::line).orElse(null));
        }
        config.otherFields().forEach((field, json) -> line("also in cfg", field + " = " + json));
        if (isShownWithOtherNorms(sae, published)) {
            line("note", "Neuronpedia shows features of decoder rows of norm 1, as --fold-decoder-norms gives them");
        }
    }

    private static @Nullable String norms(SparseAutoencoder sae) {
        WeightMatrix decoder = sae.parts().decoder().orElse(null);
        if (decoder == null) {
            return null;
        }
        double[] norms = DecoderDirections.of(decoder).norms();
        Arrays.sort(norms);
        return Quantity.decimal(norms[0], 4) + " to " + Quantity.decimal(norms[norms.length - 1], 4) + ", median "
                + Quantity.decimal(norms[norms.length / 2], 4)
                + (sae.hasFoldedDecoderNorms() ? ", folded into the features" : "");
    }

    private static boolean isShownWithOtherNorms(SparseAutoencoder sae, @Nullable PublishedSae published) {
        boolean shown = sae.config().metadata().neuronpediaId().isPresent()
                || (published != null && published.neuronpediaId().isPresent());
        return shown && sae.capabilities().has(SaeCapability.FOLD_DECODER_NORMS) && !sae.hasFoldedDecoderNorms();
    }

    /** Tells of an SAE whose weights are not on this machine. */
    void print(SaeDescription sae, String asked) {
        SaeConfig config = sae.config();
        line("SAE", sae.name());
        release(sae.published().orElse(null));
        line("architecture", config.architecture());
        line("d_in", Quantity.count(config.dIn()));
        line("d_sae", Quantity.count(config.dSae()));
        line(
                "d_out",
                sae.capabilities().has(SaeCapability.DECODE)
                        ? Quantity.count(config.dOut())
                        : "none: this SAE can encode only");
        for (SaeDescription.Tensor tensor : sae.tensors()) {
            String sizes = tensor.shape().stream().map(Quantity::count).collect(Collectors.joining(" × "));
            line("tensor", tensor.name() + " " + tensor.dtype() + " [" + sizes + "]");
        }
        transform(config, sae.normScalingFactor());
        metadata(config.metadata());
        line("commit", sae.commit().orElse(null));
        for (SaeDescription.File file : sae.files()) {
            line("file", file.name() + ", " + Quantity.bytes(file.bytes()) + (file.isHere() ? "" : ", not fetched"));
        }
        config.otherFields().forEach((field, json) -> line("also in cfg", field + " = " + json));
        uses(sae);
        List<SaeDescription.File> missing =
                sae.files().stream().filter(file -> !file.isHere()).toList();
        line(
                "weights",
                "not in the cache; only their headers were read. sae download " + asked + " fetches "
                        + Quantity.bytes(missing.stream()
                                .mapToLong(SaeDescription.File::bytes)
                                .sum()));
    }

    /** Tells what each tensor and field of the files is used for, or why it changes nothing. */
    void uses(@Nullable SaeDescription sae) {
        if (sae == null) {
            return;
        }
        Map<String, List<String>> byFile = new LinkedHashMap<>();
        Map<String, List<String>> unneeded = new LinkedHashMap<>();
        for (SaeDescription.Use use : sae.uses()) {
            boolean used = !use.purpose().startsWith("not ");
            boolean saysMore =
                    used && !use.purpose().equals("read") && !use.purpose().equals(use.name());
            (used ? byFile : unneeded)
                    .computeIfAbsent(used ? use.file() : use.file() + ", " + use.purpose(), file -> new ArrayList<>())
                    .add(use.name() + (saysMore ? " as " + use.purpose() : ""));
        }
        byFile.forEach((file, names) -> line("used", file + ": " + String.join("; ", names)));
        unneeded.forEach((file, names) -> line("unused", file + ": " + String.join("; ", names)));
    }

    /** Prints a line, unless there is nothing to say. */
    void line(String label, @Nullable Object value) {
        facts.line(label, value);
    }

    private void release(@Nullable PublishedSae published) {
        if (published != null) {
            line("release", published.name());
            published.l0().ifPresent(l0 -> line("L0", Quantity.decimal(l0, 1) + ", as published"));
        }
    }

    private void transform(SaeConfig config, double normScalingFactor) {
        line("normalisation", config.normalization().label());
        line("norm factor", normScalingFactor == 1 ? null : normScalingFactor);
        line("reshape", config.reshape().label());
        line("b_dec", config.applyBDecToInput() ? "subtracted from the input" : "not applied to the input");
    }

    private void metadata(SaeMetadata metadata) {
        line("hook", metadata.hookName().orElse(null));
        metadata.hookName()
                .map(hook -> metadata.modelName()
                        .map(model -> HookSpellings.of(hook, model))
                        .orElseGet(() -> HookSpellings.of(hook)))
                .orElse(Map.of())
                .forEach((library, spelling) -> line("  " + library, spelling));
        metadata.hookHeadIndex().ifPresent(head -> line("hook head", head));
        line("model", metadata.modelName().orElse(null));
        metadata.contextSize().ifPresent(tokens -> line("context size", tokens));
        line("prepends BOS", metadata.prependBos().orElse(null));
        line("dataset", metadata.datasetPath().orElse(null));
        line("Neuronpedia", metadata.neuronpediaId().orElse(null));
        line("SAELens", metadata.saeLensVersion().orElse(null));
    }

    private static String dtype(SparseAutoencoder sae) {
        String stored = sae.weightType().label();
        String declared = sae.config().dtype().orElse(stored);
        return declared.equals(stored) ? stored : stored + " as stored and used; the configuration says " + declared;
    }

    private static String axes(String rows, int rowCount, String columns, int columnCount) {
        return "[" + rows + " " + Quantity.count(rowCount) + " × " + columns + " " + Quantity.count(columnCount) + "]";
    }
}
