package io.github.sae4j.tensors.internal;

/** Text out of a stranger's file, made fit for a sentence: in quotes, of bounded length, with nothing unprintable. */
public final class Quoted {

    private static final int LONGEST = 80;

    private Quoted() {}

    /** Returns the text in double quotes, cut after 80 characters, with everything unprintable as escapes. */
    public static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        int length = Math.min(text.length(), LONGEST);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (isPrintable(c)) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        if (text.length() > LONGEST) {
            quoted.append('…');
        }
        return quoted.append('"').toString();
    }

    private static boolean isPrintable(char c) {
        return switch (Character.getType(c)) {
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
