package io.github.sae4j.core;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Where an SAE's weights came from. Implementations are immutable to their users and safe to share.
 *
 * <p>Weights that a program makes or reads in a way of its own have a name at least:
 *
 * <pre>{@code
 * try (SparseAutoencoder sae = builder.source(() -> "trained at step 1000").build()) {
 *     System.out.println(sae.source().description());
 * }
 * }</pre>
 *
 * @since 0.1
 */
public interface SaeSource {

    /** Returns one line for people, for example {@code analist/ministral-3b-sae:layer_19 at 3f2a91c}. */
    String description();

    /** Returns the repository's id on the hub, if the SAE came from one; by default it did not. */
    default Optional<String> repository() {
        return Optional.empty();
    }

    /** Returns the commit's 40 hexadecimal digits, if the SAE came from a hub; by default it did not. */
    default Optional<String> commit() {
        return Optional.empty();
    }

    /** Returns the names of the files that were read, relative to the repository or the folder; by default none. */
    default List<String> files() {
        return List.of();
    }

    /**
     * Returns the SHA-256 of the weights' file in lower-case hexadecimal, if they are in a file; by default they are not. The
     * file is read on the first call.
     *
     * @throws SaeException if the file can no longer be read, or is no longer the one that was opened
     */
    default Optional<String> sha256() {
        return Optional.empty();
    }

    /**
     * Returns the names of tensors and fields of the files that nothing understood and that the user let through; by
     * default none.
     */
    default List<String> allowedUnknown() {
        return List.of();
    }

    /** Returns the layout of the files that the user named, if that was needed or wanted; by default none. */
    default Optional<String> format() {
        return Optional.empty();
    }

    /**
     * Returns what activations are multiplied by before they are encoded, where it is not the files that say so: the user, or
     * the release in which the SAE was published. It is one factor, or one for each model or layer of a crosscoder; by default
     * none.
     */
    default List<Double> normScalingFactors() {
        return List.of();
    }

    /**
     * Returns the fields of the configuration, by name, that are set instead of what the files say: by the user, or by the
     * release in which the SAE was published, if they change what is computed; by default none.
     */
    default SortedMap<String, String> overrides() {
        return Collections.emptySortedMap();
    }

    /**
     * Checks that the weights are still those that were opened. An SAE calls it before and after each of its calls, so it takes
     * some microseconds at most, and is safe from several threads. By default, and for weights that nobody else can change,
     * it does nothing.
     *
     * @throws SaeException if they have been changed or cut, so that reading them would give wrong numbers or end the process
     */
    default void requireUnchanged() {}

    /** Returns the source of weights that were made by the program itself. */
    static SaeSource memory() {
        return () -> "memory";
    }
}
