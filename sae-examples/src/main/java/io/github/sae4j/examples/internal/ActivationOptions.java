package io.github.sae4j.examples.internal;

import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.input.InputFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The file of activations to be read, and which of its tensors. */
@SuppressWarnings("NullAway.Init") // picocli fills the required parameter
final class ActivationOptions {

    @Parameters(paramLabel = "ACTIVATIONS", description = "A .safetensors or .npy file, [..., d_in].")
    private Path file;

    @Option(
            names = "--tensor",
            paramLabel = "NAME",
            description = "The tensor to read, where several of the file could be the activations.")
    private @Nullable String tensor;

    @Option(
            names = "--skip-first",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "Leave out the first N tokens of each sequence, the BOS token for example: their rows have no"
                    + " features, and no measure counts them. Activations without an axis of sequences are one.")
    private @Nullable Integer skipFirst;

    Path file() {
        return file;
    }

    /**
     * Checks that the file can be read, before the SAE is opened.
     *
     * @throws CommandException if it cannot
     */
    void requireReadable() {
        InputFile.requireReadable(file);
    }

    Activations open(OpenSae sae) {
        return Activations.open(file, tensor, sae.expected(), skipFirst == null ? 0 : skipFirst);
    }
}
