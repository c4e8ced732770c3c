package io.github.sae4j.cli.internal;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a number that must be above 0. */
final class AboveZero implements ITypeConverter<Double> {

    @Override
    public Double convert(String value) {
        try {
            double number = Double.parseDouble(value);
            if (number > 0 && number <= Float.MAX_VALUE) {
                return number;
            }
        } catch (NumberFormatException e) {
            // The sentence below says what a number is.
        }
        throw new TypeConversionException("it must be a number above 0, but is " + value);
    }
}
