package io.github.sae4j.loader;

import io.github.sae4j.core.SaeCapabilities;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.loader.internal.format.Described;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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
 * @since 0.1
 */
public final class SaeDescription {

    private final Described described;

    SaeDescription(Described described) {
        this.described = described;
    }

    /** Returns one line for people, as {@link io.github.sae4j.core.SaeSource#description()}. */
    public String name() {
        return described.name();
    }

    /** Returns the repository's id, empty for an SAE of this machine. */
    public Optional<String> repository() {
        return described.repository();
    }

    /** Returns the commit's 40 hexadecimal digits, empty for an SAE of this machine. */
    public Optional<String> commit() {
        return described.commit();
    }

    /** Returns what the SAE computes. */
    public SaeConfig config() {
        return described.config();
    }

    /** Returns what the SAE can do, with the reasons for what it cannot. */
    public SaeCapabilities capabilities() {
        return described.capabilities();
    }

    /** Returns what activations are multiplied by before all else; mostly 1. */
    public double normScalingFactor() {
        return described.normScalingFactor();
    }

    /** Returns the tensors of its files, under the publisher's names. */
    public List<Tensor> tensors() {
        return described.tensors();
    }

    /** Returns what each tensor and field of its files is used for, or why it changes nothing. */
    public List<Use> uses() {
        return described.uses();
    }

    /** Returns the files that it is made of. */
    public List<File> files() {
        return described.files();
    }

    /** Returns its entry in a release, if there is one. */
    public Optional<PublishedSae> published() {
        return described.published();
    }

    /** Returns whether all files are on this machine, so that opening the SAE fetches none. */
    public boolean isHere() {
        return files().stream().allMatch(File::isHere);
    }

    /** Returns whether the other tells the same. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SaeDescription description && described.equals(description.described);
    }

    @Override
    public int hashCode() {
        return described.hashCode();
    }

    /** Returns all that is known. */
    @Override
    public String toString() {
        return described.toString();
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
