package io.github.sae4j.cli.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody looks for among the published SAEs: words that must all occur, and conditions that must all hold.
 *
 * @param words in small letters
 * @param conditions what sizes must be
 */
record SaeQuery(List<String> words, List<Condition> conditions) {

    private static final Pattern CONDITION = Pattern.compile("(\\w+)(<=|>=|<|>|=)(.*)");
    private static final Pattern NUMBER = Pattern.compile("(\\d+(?:\\.\\d+)?)([km]?)");

    /** 16k and 16,384 are the same width, and so are 1m and 1,048,576. */
    private static final double ROUNDING = 1.05;

    /**
     * A bound of a size.
     *
     * @param field {@code l0}, {@code width} or {@code layer}
     * @param relation one of {@code < <= = >= >}
     * @param bound the number
     */
    record Condition(String field, String relation, double bound) {

        boolean holds(Candidate candidate) {
            @Nullable
            Double value = switch (field) {
                case "l0" -> candidate.l0();
                case "width" -> candidate.width();
                default -> candidate.layer();
            };
            return value != null && holds(value);
        }

        private boolean holds(double value) {
            boolean same = field.equals("width")
                    ? value <= bound * ROUNDING && bound <= value * ROUNDING
                    : Double.compare(value, bound) == 0;
            return switch (relation) {
                case "=" -> same;
                case "<" -> value < bound && !same;
                case "<=" -> value < bound || same;
                case ">" -> value > bound && !same;
                default -> value > bound || same;
            };
        }
    }

    /**
     * Reads a query.
     *
     * @throws CommandException if a condition is about something that is not known, or has no number
     */
    static SaeQuery parse(List<String> arguments) {
        List<String> words = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        for (String argument : arguments) {
            for (String word : argument.strip().toLowerCase(Locale.ROOT).split("\\s+", -1)) {
                Matcher matcher = CONDITION.matcher(word);
                if (matcher.matches()) {
                    conditions.add(condition(word, matcher.group(1), matcher.group(2), matcher.group(3)));
                } else if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
        return new SaeQuery(words, conditions);
    }

    private static Condition condition(String word, String field, String relation, String bound) {
        Matcher number = NUMBER.matcher(bound);
        if (!List.of("l0", "width", "layer").contains(field) || !number.matches()) {
            throw new CommandException(
                    "\"" + word + "\" is no condition that is known; there are l0, width and layer with"
                            + " <, <=, =, >= or > and a number, such as l0<50, width=16k or layer=12.");
        }
        double unit = switch (number.group(2)) {
            case "k" -> 1e3;
            case "m" -> 1e6;
            default -> 1;
        };
        return new Condition(field, relation, Double.parseDouble(number.group(1)) * unit);
    }

    boolean isEmpty() {
        return words.isEmpty() && conditions.isEmpty();
    }

    boolean matches(Candidate candidate) {
        if (!conditions.stream().allMatch(condition -> condition.holds(candidate))) {
            return false;
        }
        String text = candidate.text();
        return words.stream().allMatch(word -> occurs(word, text));
    }

    /** Returns whether a text has a word that is no part of a longer number, as 2b is in 12b. */
    private static boolean occurs(String word, String text) {
        for (int at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
            if (!isNumberCut(text, at) && !isNumberCut(text, at + word.length())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isNumberCut(String text, int at) {
        return at > 0
                && at < text.length()
                && Character.isDigit(text.charAt(at - 1))
                && Character.isDigit(text.charAt(at));
    }
}
