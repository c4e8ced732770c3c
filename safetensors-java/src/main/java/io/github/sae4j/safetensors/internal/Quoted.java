package io.github.sae4j.safetensors.internal;

/** Text of a stranger's file, made fit for a message: in quotes, of bounded length, with nothing unprintable. */
public final class Quoted {

    private static final int LONGEST = 80;
    private static final int LONGEST_LINE = 200;

    private Quoted() {}

    /** Returns the text in double quotes, cut after 80 characters, with control characters as escapes. */
    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int length = Math.min(text.length(), LONGEST);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || c == '\u2028'
                    || c == '\u2029'
                    || !isPaired(text, i)) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        if (text.length() > LONGEST) {
            quoted.append("…");
        }
        return quoted.append('"').toString();
    }

    /** Returns what a JSON parser complains of, without its further lines: they point to the parser's own manual. */
    public static String firstLine(Exception e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        String line = end < 0 ? message : message.substring(0, end);
        return line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + "…" : line;
    }

    /** Returns whether every surrogate in a text is half of a pair, so that the text has a UTF-8 form. */
    public static boolean isUnicode(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPaired(text, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPaired(String text, int index) {
        char c = text.charAt(index);
        if (Character.isHighSurrogate(c)) {
            return index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
        }
        return true;
    }
}
