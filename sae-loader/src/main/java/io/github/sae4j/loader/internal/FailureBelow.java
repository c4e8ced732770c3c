package io.github.sae4j.loader.internal;

import io.github.sae4j.hub.HubException;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.tensors.TensorFileException;
import java.util.function.Supplier;

/** Failures of the modules below as failures to load, with their sentences. */
public final class FailureBelow {

    private FailureBelow() {}

    /**
     * Does what asks the hub and reads files.
     *
     * @throws SaeLoadException if one of them fails
     */
    public static <T> T reported(Supplier<T> work) {
        try {
            return work.get();
        } catch (TensorFileException e) {
            throw new SaeLoadException(reason(e.reason()), String.valueOf(e.getMessage()), e);
        } catch (HubException e) {
            throw of(e);
        }
    }

    /** Returns a failure of the hub or its cache as one to load. */
    public static SaeLoadException of(HubException failure) {
        return new SaeLoadException(reason(failure.reason()), String.valueOf(failure.getMessage()), failure);
    }

    private static Reason reason(HubException.Reason reason) {
        return switch (reason) {
            case INVALID_ARGUMENT -> Reason.INVALID_ARGUMENT;
            case REPOSITORY_NOT_FOUND, DISABLED, REVISION_NOT_FOUND, FILE_NOT_FOUND -> Reason.NOT_FOUND;
            case GATED -> Reason.GATED;
            case UNAUTHORIZED -> Reason.UNAUTHORIZED;
            case OFFLINE -> Reason.OFFLINE;
            case UNREACHABLE, BUSY -> Reason.UNREACHABLE;
            case REFUSED, UNINTELLIGIBLE -> Reason.HUB_FAILURE;
            case INTEGRITY -> Reason.INTEGRITY;
            case INTERRUPTED -> Reason.INTERRUPTED;
            case OUT_OF_SPACE -> Reason.OUT_OF_SPACE;
            case CACHE_UNWRITABLE -> Reason.UNWRITABLE;
            case CACHE_UNREADABLE -> Reason.UNREADABLE;
            case CACHE_DAMAGED -> Reason.DAMAGED;
        };
    }

    private static Reason reason(TensorFileException.Reason reason) {
        return switch (reason) {
            case NO_SUCH_FILE -> Reason.NOT_FOUND;
            case UNREADABLE, CHANGED -> Reason.UNREADABLE;
            case INTERRUPTED -> Reason.INTERRUPTED;
            case WRONG_FORMAT, MALFORMED -> Reason.DAMAGED;
            case UNSUPPORTED -> Reason.UNSUPPORTED;
            case NO_SUCH_TENSOR, WRONG_TYPE -> Reason.INVALID_TENSORS;
            case OUT_OF_MEMORY -> Reason.OUT_OF_MEMORY;
        };
    }
}
