package io.github.sae4j.loader;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An SAE that could not be opened or saved: no such name, folder or file, a configuration or weights that do not fit, a
 * device that is not there. The message is a sentence with what was looked for, what was found and what to do;
 * {@link #reason()} is the same for programs:
 *
 * <pre>{@code
 * int status = 200;
 * try (SparseAutoencoder sae = SAE.fromPretrained("layer_19")) {
 *     SparseFeatures features = sae.encode(activations);
 * } catch (SaeLoadException e) {
 *     status = switch (e.reason()) {
 *         case NOT_FOUND -> 404;
 *         case UNREACHABLE, OFFLINE -> 503;
 *         default -> throw e;
 *     };
 * }
 * }</pre>
 *
 * <p>It is the only exception that opening and saving throw; where another module noticed the fault, its exception is the cause.
 * An argument that is null ends in a {@link NullPointerException}.
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public sealed class SaeLoadException extends RuntimeException permits SaeSetException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Creates an exception.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     */
    public SaeLoadException(Reason reason, String message) {
        this(reason, message, null);
    }

    /**
     * Creates an exception with the failure that led to it.
     *
     * @param reason what went wrong
     * @param message a sentence that a user can act on
     * @param cause what went wrong underneath
     */
    public SaeLoadException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /** Returns what went wrong. */
    public Reason reason() {
        return reason;
    }

    /**
     * What can go wrong. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * try (SparseAutoencoder sae = SAE.fromPretrained("layer_19")) {
     *     System.out.println(sae.config().dSae() + " features");
     * } catch (SaeLoadException e) {
     *     if (e.reason() != SaeLoadException.Reason.GATED) {
     *         throw e;
     *     }
     *     System.err.println(e.getMessage());                      // with the page on which the terms are accepted
     * }
     * }</pre>
     *
     * @since 0.1
     */
    public enum Reason {
        /** An argument or a name cannot be one, or contradicts another. */
        INVALID_ARGUMENT,
        /** There is no such folder, file, release, SAE, repository or revision. */
        NOT_FOUND,
        /** The files are of no layout that is known, or of another than was asked for. */
        NOT_RECOGNISED,
        /** It is a set of layers, which {@link SaeLoader#openSet()} opens. */
        SET_OF_LAYERS,
        /** A tensor or field is not understood; {@link SaeLoader#allowUnknown} lets it through. */
        NOT_UNDERSTOOD,
        /** The files leave open what the SAE computes; {@link SaeLoader#override} says it. */
        NEEDS_OVERRIDE,
        /** A setting has no effect on this SAE, or cannot be used with it. */
        SETTING_REFUSED,
        /** A field of the configuration is missing, of another type or range, or contradicts another. */
        INVALID_CONFIGURATION,
        /** A tensor is missing, has another shape or type than it should have, or contradicts the configuration. */
        INVALID_TENSORS,
        /** Weights hold NaN or infinity; {@link SaeLoader#allowNonFinite} lets them through. */
        NON_FINITE,
        /** A file breaks the rules of its format: it is cut short, or is not what its name says. */
        DAMAGED,
        /** The files may be right, but ask for what is not supported. */
        UNSUPPORTED,
        /** The parts do not make an SAE that can run here: the device, the kernel, or their sizes. */
        CANNOT_OPEN,
        /** The system did not let a file be read. */
        UNREADABLE,
        /** Offline mode forbids asking the hub, and the cache does not have all files. */
        OFFLINE,
        /** The hub does not answer, or failed: a later attempt may succeed. */
        UNREACHABLE,
        /** The hub does not accept the token, or the token has no permission. */
        UNAUTHORIZED,
        /** The repository's terms must be accepted first. */
        GATED,
        /** What was received is not what the hub announced. */
        INTEGRITY,
        /** The hub refused the request in another way, or its answer makes no sense. */
        HUB_FAILURE,
        /** The disk of the cache has no space for a file. */
        OUT_OF_SPACE,
        /** There is not enough memory outside the heap. */
        OUT_OF_MEMORY,
        /** The thread was interrupted. */
        INTERRUPTED,
        /** A library on the class path is missing, or of a version that does not go with this one. */
        INCOMPATIBLE_LIBRARY,
        /** The SAE cannot be saved: the layout has none like it, or its number format cannot hold a weight. */
        NOT_SAVABLE,
        /** An SAE is to be saved where something is already. */
        NOT_EMPTY,
        /** The system did not let a file or folder be written. */
        UNWRITABLE
    }
}
