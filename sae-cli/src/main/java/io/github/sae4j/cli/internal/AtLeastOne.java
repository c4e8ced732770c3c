package io.github.sae4j.cli.internal;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number that must be 1 or more. */
final class AtLeastOne implements ITypeConverter<Integer> {

    @Override
    public Integer convert(String value) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The sentence below says what a number is.
        }
        throw new TypeConversionException(
                "it must be a whole number from 1 to " + Integer.MAX_VALUE + ", but is " + value);
    }
}
