package io.github.sae4j.examples.internal;

import io.github.sae4j.examples.internal.input.ActivationSource;
import io.github.sae4j.examples.internal.input.Activations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The file of activations to be read, and which of its tensors. */
@SuppressWarnings("NullAway.Init") // picocli fills the required parameter
final class ActivationOptions {

    @Parameters(
            paramLabel = "ACTIVATIONS",
            description = {
                "A .safetensors, .npy or .npz file, [..., d_in]; a folder of them, or a pattern such as 'runs/*.npy', whose"
                        + " files are read in the order of their names; or - for an npy file from standard input."
            })
    private String written;

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

    /**
     * Finds the files to be read, before the SAE is opened.
     *
     * @throws CommandException if there are none
     */
    ActivationSource source() {
        return ActivationSource.of(written);
    }

    Activations open(ActivationSource source, OpenSae sae) {
        return Activations.open(source, tensor, sae.expected(), skipFirst == null ? 0 : skipFirst);
    }
}
