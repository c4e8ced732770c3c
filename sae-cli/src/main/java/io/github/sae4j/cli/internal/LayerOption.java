package io.github.sae4j.cli.internal;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that chooses one layer of a set. */
final class LayerOption {

    @Option(
            names = "--layer",
            paramLabel = "N",
            description = "Of a set of layers, write layer N only, counted from 0.")
    private @Nullable Integer layer;

    /**
     * Returns the layer, or null if all are wanted.
     *
     * @throws CommandException if the set has no such layer
     */
    @Nullable
    Integer of(OpenSet set) {
        if (layer != null && (layer < 0 || layer >= set.set().layers())) {
            throw new CommandException("--layer " + layer + ": " + set.name() + " has the layers 0 to "
                    + (set.set().layers() - 1) + ".");
        }
        return layer;
    }

    /**
     * Checks that no layer was chosen where there is one SAE.
     *
     * @throws CommandException if one was
     */
    void requireNone(OpenSae sae) {
        if (layer != null) {
            throw new CommandException(
                    "--layer " + layer + " chooses from a set of layers, but " + sae.name() + " is one SAE.");
        }
    }
}
