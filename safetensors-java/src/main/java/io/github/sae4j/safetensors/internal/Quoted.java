package io.github.sae4j.safetensors.internal;

/** Text of a stranger's file, made fit for a message: in quotes, of bounded length, with nothing unprintable. */
public final class Quoted {

    private static final int LONGEST = 80;
    private static final int LONGEST_LINE = 200;

    private Quoted() {}

    /** Returns the text in double quotes, cut after 80 characters, with everything unprintable as escapes. */
    public static String of(String text) {
        String shown = cut(text, LONGEST);
        StringBuilder quoted = new StringBuilder("\"");
        for (int at = 0; at < shown.length(); ) {
            int character = shown.codePointAt(at);
            if (isPrintable(character)) {
                quoted.appendCodePoint(character);
            } else {
                for (char unit : Character.toChars(character)) {
                    quoted.append(String.format("\\u%04x", (int) unit));
                }
            }
            at += Character.charCount(character);
        }
        return quoted.append('"').toString();
    }

    /** Returns the text as it is, or its beginning and an ellipsis; a surrogate pair is not cut in two. */
    public static String cut(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
        return text.substring(0, end) + "…";
    }

    /** Returns what a parser complains of, without its further lines: they point to the parser's own manual. */
    public static String firstLine(Exception e) {
        return cut(String.valueOf(e.getMessage()).lines().findFirst().orElse(""), LONGEST_LINE);
    }

    /** Returns whether every surrogate in a text is half of a pair, so that the text has a UTF-8 form. */
    public static boolean isUnicode(String text) {
        for (int at = 0; at < text.length(); ) {
            int character = text.codePointAt(at);
            if (Character.getType(character) == Character.SURROGATE) {
                return false;
            }
            at += Character.charCount(character);
        }
        return true;
    }

    private static boolean isPrintable(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
