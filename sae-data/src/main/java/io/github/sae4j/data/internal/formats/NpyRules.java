package io.github.sae4j.data.internal.formats;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.DataException.Reason;
import io.github.sae4j.tensors.ElementType;
import io.github.sae4j.tensors.NpyHeader;

/** Which of NumPy's arrays can be activations. */
final class NpyRules {

    private static final String BFLOAT16_BYTES = "V2";

    private NpyRules() {}

    /**
     * Checks an array that must be activations.
     *
     * @param file the file's name, for sentences
     * @throws DataException if its elements are no activations, do not lie row by row, or are more than a file can have
     */
    static void requireActivations(String file, NpyHeader header) {
        boolean floating = header.type().map(ElementType::isFloatingPoint).orElse(false);
        if (!floating || isOfUnknownName(header.descr())) {
            throw new DataException(Reason.UNSUPPORTED, file + ": " + reason(header.descr()));
        }
        if (!header.isRowMajor()) {
            throw new DataException(
                    Reason.UNSUPPORTED,
                    file + ": the array is stored column by column (Fortran order), but must be"
                            + " stored row by row: save numpy.ascontiguousarray(x).");
        }
        try {
            Math.multiplyExact(header.elements(), Double.BYTES);
        } catch (ArithmeticException e) {
            throw new DataException(
                    Reason.UNSUPPORTED, file + ": its shape " + header.shape() + " is larger than any file.", e);
        }
    }

    /** Returns whether the type says two bytes and nothing else, as NumPy writes bfloat16 and much that is not. */
    static boolean isOfUnknownName(String descr) {
        return descr.endsWith(BFLOAT16_BYTES);
    }

    private static String reason(String descr) {
        if (descr.startsWith("[")) {
            return "it holds records of several fields, but activations are one number each.";
        }
        if (descr.endsWith("O")) {
            return "it holds pickled Python objects, which are never loaded.";
        }
        if (isOfUnknownName(descr)) {
            return "its dtype is '" + descr + "', as of bfloat16, which npy cannot name: save it as float32, or as"
                    + " safetensors.";
        }
        return "its dtype is '" + descr + "', but activations are <f2, <f4, <f8, >f2, >f4 or >f8.";
    }
}
