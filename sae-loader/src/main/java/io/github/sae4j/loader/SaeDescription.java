package io.github.sae4j.loader;

import io.github.sae4j.core.SaeConfig;
import java.util.List;
import java.util.Optional;

/**
 * What is known of an SAE without its weights; immutable.
 *
 * <pre>{@code
 * SaeDescription description = SAE.from("layer_19").describe();
 * int dSae = description.config().dSae();
 * long toFetch = description.files().stream()
 *         .filter(file -> !file.isHere())
 *         .mapToLong(SaeDescription.File::bytes)
 *         .sum();
 * }</pre>
 *
 * @param name one line for people, as {@link io.github.sae4j.core.SaeSource#description()}
 * @param repository the repository's id, empty for an SAE of this machine
 * @param commit the commit's 40 hexadecimal digits, empty for an SAE of this machine
 * @param config what the SAE computes
 * @param canDecode whether it has a decoder
 * @param normScalingFactor what activations are multiplied by before all else; mostly 1
 * @param tensors the tensors of its files, under the publisher's names
 * @param uses what each tensor and field of its files is used for, or why it changes nothing
 * @param files the files that it is made of
 * @param published its entry in a release, if there is one
 * @since 0.1
 */
public record SaeDescription(
        String name,
        Optional<String> repository,
        Optional<String> commit,
        SaeConfig config,
        boolean canDecode,
        double normScalingFactor,
        List<Tensor> tensors,
        List<Use> uses,
        List<File> files,
        Optional<PublishedSae> published) {

    /** Copies the lists. */
    public SaeDescription {
        SAE.requirePresent(name, "name");
        SAE.requirePresent(config, "config");
        SAE.requirePresent(repository, "repository");
        SAE.requirePresent(commit, "commit");
        SAE.requirePresent(published, "published");
        tensors = List.copyOf(tensors);
        uses = List.copyOf(uses);
        files = List.copyOf(files);
    }

    /** Returns whether all files are on this machine, so that opening the SAE fetches none. */
    public boolean isHere() {
        return files.stream().allMatch(File::isHere);
    }

    /**
     * A tensor of a file. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * for (SaeDescription.Tensor tensor : SAE.from(folder).describe().tensors()) {
     *     System.out.println(tensor.name() + " " + tensor.dtype() + " " + tensor.shape());
     * }
     * }</pre>
     *
     * @param name the publisher's name
     * @param dtype how its numbers are stored, for example {@code BF16}
     * @param shape its sizes, as it is stored
     * @since 0.1
     */
    public record Tensor(String name, String dtype, List<Long> shape) {

        /** Copies the shape. */
        public Tensor {
            SAE.requirePresent(name, "name");
            SAE.requirePresent(dtype, "dtype");
            shape = List.copyOf(shape);
        }
    }

    /**
     * What became of a tensor or a field of a file. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * for (SaeDescription.Use use : SAE.from(folder).describe().uses()) {
     *     System.out.println(use.file() + ", " + use.name() + ": " + use.purpose());
     * }
     * }</pre>
     *
     * @param file the file's name, relative to the SAE's place
     * @param name the publisher's name of the tensor, or the dotted name of the field
     * @param purpose for example {@code W_enc}, {@code read}, or {@code not needed: of the training}
     * @since 0.1
     */
    public record Use(String file, String name, String purpose) {

        /** Checks that nothing is missing. */
        public Use {
            SAE.requirePresent(file, "file");
            SAE.requirePresent(name, "name");
            SAE.requirePresent(purpose, "purpose");
        }
    }

    /**
     * A file of an SAE. Immutable, and so safe for use by several threads.
     *
     * @param name relative to the repository, or to the folder of this machine
     * @param bytes its size
     * @param isHere whether it is on this machine
     * @since 0.1
     */
    public record File(String name, long bytes, boolean isHere) {

        /** Checks that nothing is missing. */
        public File {
            SAE.requirePresent(name, "name");
        }
    }
}
