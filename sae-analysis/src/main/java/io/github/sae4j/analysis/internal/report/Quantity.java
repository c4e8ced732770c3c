package io.github.sae4j.analysis.internal.report;

import java.util.Locale;

/** Numbers as people read them. */
public final class Quantity {

    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB"};

    private Quantity() {}

    /** Returns a whole number with a comma at the thousands. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** Returns how many tokens there are. */
    public static String tokens(long number) {
        return count(number) + (number == 1 ? " token" : " tokens");
    }

    /** Returns a number with so many decimals. */
    public static String decimal(double number, int decimals) {
        return String.format(Locale.ROOT, "%,." + decimals + "f", number);
    }

    /** Returns a number with so many decimals, or a dash for one that is not defined. */
    public static String decimalOrDash(double number, int decimals) {
        return Double.isFinite(number) ? decimal(number, decimals) : "–";
    }

    /** Returns a size in bytes, in the decimal unit that keeps it short. */
    public static String bytes(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1000 && unit < UNITS.length - 1) {
            size /= 1000;
            unit++;
        }
        return decimal(size, unit == 0 ? 0 : 1) + " " + UNITS[unit];
    }
}
