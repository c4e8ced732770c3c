package io.github.sae4j.examples.internal;

import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.input.InputFile;
import io.github.sae4j.examples.internal.output.OutputFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sae reconstruct}: encodes and decodes in one pass and says how well that went. */
@Command(
        name = "reconstruct",
        description = "Encode and decode saved activations in one pass, and say how close the result is.",
        footer = {"", "FILE gets one tensor, reconstruction, in the shape that the activations have."})
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class ReconstructCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTIVATIONS", description = "A .safetensors or .npy file, [..., d_in].")
    private Path activations;

    @Option(
            names = "--tensor",
            paramLabel = "NAME",
            description = "The tensor to read, where several of the file could be the activations.")
    private @Nullable String tensor;

    @Mixin
    private RunOptions options;

    @Mixin
    private OutputOptions output;

    @Override
    public void run() {
        OutputFile target = output.target(activations, spec);
        InputFile.requireReadable(activations);
        try (OpenSae sae = options.open();
                Activations opened = Activations.open(activations, tensor, sae.expected())) {
            new Reconstructing(options.batchTokens()).run(opened, sae, target, Terminal.of(spec));
        }
    }
}
