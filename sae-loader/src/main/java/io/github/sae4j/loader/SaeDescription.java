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
    private final List<Tensor> tensors;
    private final List<Use> uses;
    private final List<File> files;

    SaeDescription(Described described) {
        this.described = described;
        this.tensors = described.tensors().stream().map(Tensor::new).toList();
        this.uses = described.uses().stream().map(Use::new).toList();
        this.files = described.files().stream().map(File::new).toList();
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
        return tensors;
    }

    /** Returns what each tensor and field of its files is used for, or why it changes nothing. */
    public List<Use> uses() {
        return uses;
    }

    /** Returns the files that it is made of. */
    public List<File> files() {
        return files;
    }

    /** Returns its entry in a release, if there is one. */
    public Optional<PublishedSae> published() {
        return described.published().map(PublishedSae::new);
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
     * @since 0.1
     */
    public static final class Tensor {

        private final Described.Tensor described;

        private Tensor(Described.Tensor described) {
            this.described = described;
        }

        /** Returns the publisher's name. */
        public String name() {
            return described.name();
        }

        /** Returns how its numbers are stored, for example {@code BF16}. */
        public String dtype() {
            return described.dtype();
        }

        /** Returns its sizes, as it is stored. */
        public List<Long> shape() {
            return described.shape();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Tensor tensor && described.equals(tensor.described);
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
     * @since 0.1
     */
    public static final class Use {

        private final Described.Use described;

        private Use(Described.Use described) {
            this.described = described;
        }

        /** Returns the file's name, relative to the SAE's place. */
        public String file() {
            return described.file();
        }

        /** Returns the publisher's name of the tensor, or the dotted name of the field. */
        public String name() {
            return described.name();
        }

        /** Returns what it is for: {@code W_enc}, {@code read}, or {@code not needed: of the training}, for example. */
        public String purpose() {
            return described.purpose();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Use use && described.equals(use.described);
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
    }

    /**
     * A file of an SAE. Immutable, and so safe for use by several threads.
     *
     * @since 0.1
     */
    public static final class File {

        private final Described.File described;

        private File(Described.File described) {
            this.described = described;
        }

        /** Returns its name, relative to the repository or to the folder of this machine. */
        public String name() {
            return described.name();
        }

        /** Returns its size. */
        public long bytes() {
            return described.bytes();
        }

        /** Returns whether it is on this machine. */
        public boolean isHere() {
            return described.isHere();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof File file && described.equals(file.described);
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
    }
}
