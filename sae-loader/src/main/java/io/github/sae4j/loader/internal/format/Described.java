package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.SaeCapabilities;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.loader.SaeDescription;
import io.github.sae4j.loader.internal.names.KnownSae;
import java.util.List;
import java.util.Optional;

/** What files say of an SAE; {@link SaeDescription} tells it. */
public record Described(
        String name,
        Optional<String> repository,
        Optional<String> commit,
        SaeConfig config,
        SaeCapabilities capabilities,
        double normScalingFactor,
        List<Tensor> tensors,
        List<Use> uses,
        List<File> files,
        Optional<KnownSae> published) {

    /** Copies the lists. */
    public Described {
        tensors = List.copyOf(tensors);
        uses = List.copyOf(uses);
        files = List.copyOf(files);
    }

    /**
     * A tensor of a file.
     *
     * @param name the publisher's name
     * @param dtype how its numbers are stored
     * @param shape its sizes, as it is stored
     */
    public record Tensor(String name, String dtype, List<Long> shape) {

        /** Copies the shape. */
        public Tensor {
            shape = List.copyOf(shape);
        }
    }

    /**
     * What became of a tensor or a field of a file.
     *
     * @param file the file's name, relative to the SAE's place
     * @param name the publisher's name of the tensor, or the dotted name of the field
     * @param purpose what it is used for, or why it changes nothing
     */
    public record Use(String file, String name, String purpose) {}

    /**
     * A file of an SAE.
     *
     * @param name relative to the repository, or to the folder of this machine
     * @param bytes its size
     * @param isHere whether it is on this machine
     */
    public record File(String name, long bytes, boolean isHere) {}
}
