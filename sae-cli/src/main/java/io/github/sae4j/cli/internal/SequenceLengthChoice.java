package io.github.sae4j.cli.internal;

import io.github.sae4j.data.activations.Sequences;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads how long sequences are: a number of tokens, or {@code file}. */
final class SequenceLengthChoice implements ITypeConverter<Sequences> {

    @Override
    public Sequences convert(String value) {
        if (value.equals("file")) {
            return Sequences.EACH_FILE;
        }
        try {
            int length = Integer.parseInt(value);
            if (length >= 1) {
                return Sequences.of(length);
            }
        } catch (NumberFormatException e) {
            // The sentence below says what there is.
        }
        throw new TypeConversionException(
                "it must be a whole number from 1 to " + Integer.MAX_VALUE + " or file, but is " + value);
    }
}
