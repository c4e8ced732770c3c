package io.github.sae4j.cli.internal;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how long sequences are: a number of tokens, or {@code file}. */
final class SequenceLengthChoice implements ITypeConverter<Integer> {

    /** Stands for files that are one sequence each. */
    static final int FILE = 0;

    @Override
    public Integer convert(String value) {
        if (value.equals("file")) {
            return FILE;
        }
        try {
            int length = Integer.parseInt(value);
            if (length >= 1) {
                return length;
            }
        } catch (NumberFormatException e) {
            // The sentence below says what there is.
        }
        throw new TypeConversionException(
                "it must be a whole number from 1 to " + Integer.MAX_VALUE + " or file, but is " + value);
    }
}
