package io.github.sae4j.cli.internal;

import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.activations.LayeredActivations;
import io.github.sae4j.data.activations.ReconstructionTarget;
import io.github.sae4j.loader.SaeSetException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sae reconstruct}: encodes and decodes in one pass and says how well that went. */
@Command(
        name = "reconstruct",
        description = "Encode and decode saved activations in one pass, and say how close the result is.",
        footer = {
            "",
            "FILE gets one array, reconstruction, float32 in the shape that the activations have.",
            "",
            "Examples:",
            "  sae reconstruct x.safetensors --sae layer_19 --out back.safetensors",
            "  sae reconstruct x.npy --sae ./my-sae --skip-first 1 --out back.npy"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class ReconstructCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Mixin
    private EncodingOptions options;

    @Mixin
    private LayerOption layer;

    @Mixin
    private OutputOptions output;

    @Override
    public void run() {
        ActivationSource source = input.source(spec);
        ReconstructionTarget target = output.target(source.files(), spec);
        OpenSae opened;
        try {
            opened = options.openForOutput(Terminal.of(spec));
        } catch (SaeSetException e) {
            reconstructLayers(source, target);
            return;
        }
        try (OpenSae sae = opened) {
            layer.requireNone(sae);
            sae.requireDecoder();
            try (Activations activations = input.open(source, sae)) {
                new ReconstructionJob(options.batchTokens()).run(activations, sae, target, Terminal.of(spec));
            }
        }
    }

    private void reconstructLayers(ActivationSource source, ReconstructionTarget target) {
        try (OpenSet set = options.openSet(Terminal.of(spec));
                LayeredActivations activations = input.open(source, set, options.allowNonFinite())) {
            new SetDecodingJob(set, layer.of(set), options.batchTokens(), Terminal.of(spec))
                    .reconstruct(activations, target);
        }
    }
}
