package io.github.sae4j.cli.internal;

import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.data.features.FeatureFile;
import io.github.sae4j.data.internal.files.InputFile;
import io.github.sae4j.loader.SaeSetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sae decode}: turns features back into activations. */
@Command(
        name = "decode",
        description = "Turn features back into activations.",
        footer = {
            "",
            "FILE gets one array, reconstruction, float32 in the shape that the activations had.",
            "",
            "Examples:",
            "  sae decode features.safetensors --sae layer_19 --out back.safetensors",
            "  sae decode features.safetensors --sae ./my-sae --out back.npy"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class DecodeCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FEATURES", description = "A file that sae encode wrote, in either form.")
    private Path features;

    @Mixin
    private RunOptions options;

    @Mixin
    private LayerOption layer;

    @Mixin
    private OutputOptions output;

    private void requireNoFolder() {
        if (!features.toString().isEmpty() && Files.isDirectory(features)) {
            throw new CommandException(
                    features + ": this is a folder, but features are read from one .safetensors file, as"
                            + " sae encode writes it; a folder of latents is for delphi.");
        }
    }

    @Override
    public void run() {
        ReconstructionTarget target = output.target(List.of(features), spec);
        requireNoFolder();
        InputFile.requireReadable(features);
        OpenSae opened;
        try {
            opened = options.openForOutput(Terminal.of(spec));
        } catch (SaeSetException e) {
            decodeLayers(target);
            return;
        }
        try (OpenSae sae = opened) {
            layer.requireNone(sae);
            sae.requireDecoder();
            try (FeatureFile file = FeatureFile.open(features, sae.expected())) {
                new DecodingJob(options.batchTokens()).run(file, sae, target, Terminal.of(spec));
            }
        }
    }

    private void decodeLayers(ReconstructionTarget target) {
        try (OpenSet set = options.openSet(Terminal.of(spec));
                FeatureFile opened = FeatureFile.open(features, set.expected(options.allowNonFinite()))) {
            new SetDecodingJob(set, layer.of(set), options.batchTokens(), Terminal.of(spec)).decode(opened, target);
        }
    }
}
