package io.github.sae4j.hub;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Which files are wanted, by patterns as Python's {@code fnmatch} has them: {@code *} for any characters, {@code /}
 * among them, {@code ?} for one, {@code [abc]} and {@code [!abc]} for one of several. A pattern that ends with {@code /}
 * means all in that folder. Capital and small letters differ.
 */
final class NamePatterns {

    private final List<Pattern> allow;
    private final List<Pattern> ignore;

    NamePatterns(List<String> allow, List<String> ignore) {
        this.allow = allow.stream().map(NamePatterns::compiled).toList();
        this.ignore = ignore.stream().map(NamePatterns::compiled).toList();
    }

    /** Returns whether a file is wanted: allowed by some pattern, or there is none to allow, and ignored by none. */
    boolean want(String file) {
        return (allow.isEmpty() || matchesAny(allow, file)) && !matchesAny(ignore, file);
    }

    private static boolean matchesAny(List<Pattern> patterns, String file) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(file).matches());
    }

    private static Pattern compiled(String pattern) {
        String whole = pattern.endsWith("/") ? pattern + "*" : pattern;
        StringBuilder regex = new StringBuilder();
        for (int at = 0; at < whole.length(); ) {
            char character = whole.charAt(at);
            int close = character == '[' ? closing(whole, at) : -1;
            if (close > 0) {
                regex.append(set(whole.substring(at + 1, close)));
                at = close + 1;
                continue;
            }
            boolean repeated = character == '*' && at > 0 && whole.charAt(at - 1) == '*';
            if (!repeated) {
                regex.append(
                        switch (character) {
                            case '*' -> ".*";
                            case '?' -> ".";
                            default -> Pattern.quote(String.valueOf(character));
                        });
            }
            at++;
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }

    /** Returns where the set that begins at a position ends, or -1 if it never does and the bracket means itself. */
    private static int closing(String pattern, int open) {
        int first = open + 1;
        if (first < pattern.length() && pattern.charAt(first) == '!') {
            first++;
        }
        return pattern.indexOf(']', first + 1);
    }

    private static String set(String inner) {
        boolean negated = inner.startsWith("!");
        StringBuilder set = new StringBuilder(negated ? "[^" : "[");
        String members = negated ? inner.substring(1) : inner;
        for (int at = 0; at < members.length(); at++) {
            char character = members.charAt(at);
            boolean range = character == '-'
                    && at > 0
                    && at < members.length() - 1
                    && members.charAt(at - 1) <= members.charAt(at + 1);
            set.append(range || Character.isLetterOrDigit(character) ? "" : "\\")
                    .append(character);
        }
        return set.append(']').toString();
    }
}
