package io.github.sae4j.cli.internal;

import io.github.sae4j.data.TokenRange;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a stretch of tokens, {@code A:B}. */
final class TokenRangeChoice implements ITypeConverter<TokenRange> {

    private static final Pattern RANGE = Pattern.compile("([0-9]{0,18}):([0-9]{0,18})");

    @Override
    public TokenRange convert(String value) {
        Matcher range = RANGE.matcher(value);
        if (range.matches()) {
            long from = range.group(1).isEmpty() ? 0 : Long.parseLong(range.group(1));
            long to = range.group(2).isEmpty() ? Long.MAX_VALUE : Long.parseLong(range.group(2));
            if (from < to) {
                return new TokenRange(from, to);
            }
        }
        throw new TypeConversionException(
                "it must be A:B, two whole numbers of which the second is above the first, but is " + value);
    }
}
