package io.github.sae4j.loader.internal;

import java.util.regex.Pattern;

/** Values of a configuration that stand in texts. */
public final class TypedText {

    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9][0-9]{0,17})");
    private static final Pattern DECIMAL = Pattern.compile("-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private TypedText() {}

    /** Returns true or false, a whole number, a decimal one, or else the text itself. */
    public static Object valueOf(String text) {
        if (text.equals("true") || text.equals("false")) {
            return Boolean.valueOf(text);
        }
        if (WHOLE.matcher(text).matches()) {
            return Long.valueOf(text);
        }
        return DECIMAL.matcher(text).matches() ? Double.valueOf(text) : text;
    }
}
