package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.tensors.TensorFileException;

/** What the faults of files of tensors are as faults of data. */
final class TensorFault {

    private TensorFault() {}

    /** Returns the exception that says the same. */
    static DataException of(TensorFileException fault) {
        return new DataException(reason(fault.reason()), String.valueOf(fault.getMessage()), fault);
    }

    private static Reason reason(TensorFileException.Reason reason) {
        return switch (reason) {
            case NO_SUCH_FILE -> Reason.NO_SUCH_FILE;
            case UNREADABLE, INTERRUPTED -> Reason.UNREADABLE;
            case CHANGED -> Reason.CHANGED;
            case WRONG_FORMAT, MALFORMED -> Reason.MALFORMED;
            case UNSUPPORTED, WRONG_TYPE, OUT_OF_MEMORY -> Reason.UNSUPPORTED;
            case NO_SUCH_TENSOR -> Reason.NO_SUCH_TENSOR;
        };
    }
}
