package io.github.sae4j.loader;

import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.names.NamedFacts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What somebody looks for among the published SAEs: words that must all occur, and conditions that must all hold. Immutable, and
 * so safe for use by several threads.
 *
 * <pre>{@code
 * SaeQuery query = SaeQuery.of("gemma-scope", "2b", "res")
 *         .with(SaeQuery.Field.LAYER, SaeQuery.Relation.EQUAL, 12)
 *         .with(SaeQuery.Field.L0, SaeQuery.Relation.LESS, 100);
 * for (PublishedSae found : SAE.search(query)) {
 *     System.out.println(found.name());
 * }
 * }</pre>
 *
 * @since 0.1
 */
public final class SaeQuery {

    private static final Pattern CONDITION = Pattern.compile("(\\w+)(<=|>=|<|>|=)(.*)");
    private static final Pattern NUMBER = Pattern.compile("(\\d+(?:\\.\\d+)?)([km]?)");

    /** 16k and 16,384 are the same width, and so are 1m and 1,048,576. */
    private static final double ROUNDING = 1.05;

    private final List<String> words;
    private final List<Condition> conditions;

    private SaeQuery(List<String> words, List<Condition> conditions) {
        this.words = List.copyOf(words);
        this.conditions = List.copyOf(conditions);
    }

    /**
     * What is known of a published SAE as a number. Immutable, and so safe for use by several threads.
     *
     * @since 0.1
     */
    public enum Field {
        /** How many features are active per token on average, see {@link PublishedSae#likelyL0}. */
        L0,
        /** About how many features it has, see {@link PublishedSae#width}; 5 percent more or less are the same. */
        WIDTH,
        /** The layer of the model, see {@link PublishedSae#layer}. */
        LAYER;

        private OptionalDouble of(PublishedSae sae) {
            return switch (this) {
                case L0 -> sae.likelyL0();
                case WIDTH -> sae.width();
                case LAYER -> sae.layer().stream().asDoubleStream().findFirst();
            };
        }

        private boolean same(double value, double bound) {
            return this == WIDTH
                    ? value <= bound * ROUNDING && bound <= value * ROUNDING
                    : Double.compare(value, bound) == 0;
        }
    }

    /**
     * How a number is to compare with a bound. Immutable, and so safe for use by several threads.
     *
     * @since 0.1
     */
    public enum Relation {
        /** Below it. */
        LESS("<"),
        /** Not above it. */
        AT_MOST("<="),
        /** The same. */
        EQUAL("="),
        /** Not below it. */
        AT_LEAST(">="),
        /** Above it. */
        GREATER(">");

        private final String sign;

        Relation(String sign) {
            this.sign = sign;
        }

        private boolean holds(double value, double bound, boolean same) {
            return switch (this) {
                case EQUAL -> same;
                case LESS -> value < bound && !same;
                case AT_MOST -> value < bound || same;
                case GREATER -> value > bound && !same;
                case AT_LEAST -> value > bound || same;
            };
        }
    }

    private record Condition(Field field, Relation relation, double bound) {

        boolean holds(PublishedSae sae) {
            OptionalDouble value = field.of(sae);
            return value.isPresent()
                    && relation.holds(value.getAsDouble(), bound, field.same(value.getAsDouble(), bound));
        }

        @Override
        public String toString() {
            return field.name().toLowerCase(Locale.ROOT) + relation.sign + bound;
        }
    }

    /**
     * Returns a query for SAEs whose names have some words: those of release, SAE, repository, folder, model, format or Neuronpedia's
     * id, and {@code resid}, {@code attn} and {@code mlp} where publishers shorten them. A word is found within longer ones, but not
     * within a longer number: {@code 2b} is not in {@code 12b}.
     *
     * @param words in any case; none for all SAEs
     * @throws NullPointerException if a word is null
     */
    public static SaeQuery of(String... words) {
        return new SaeQuery(
                Arrays.stream(SAE.requirePresent(words, "words"))
                        .map(word -> SAE.requirePresent(word, "word").strip().toLowerCase(Locale.ROOT))
                        .filter(word -> !word.isEmpty())
                        .toList(),
                List.of());
    }

    /**
     * Reads a query as people write it: words, and conditions such as {@code l0<50}, {@code l0>=20}, {@code width=16k} and
     * {@code layer=12}, with spaces between them.
     *
     * @param text words and conditions in any order
     * @throws NullPointerException if {@code text} is null
     * @throws SaeLoadException if a condition is about something that is not known, or has no number
     */
    public static SaeQuery parse(String text) {
        List<String> words = new ArrayList<>();
        List<Condition> conditions = new ArrayList<>();
        for (String word : SAE.requirePresent(text, "text")
                .strip()
                .toLowerCase(Locale.ROOT)
                .split("\\s+", -1)) {
            Matcher matcher = CONDITION.matcher(word);
            if (matcher.matches()) {
                conditions.add(condition(word, matcher.group(1), matcher.group(2), matcher.group(3)));
            } else if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return new SaeQuery(words, conditions);
    }

    private static Condition condition(String word, String name, String sign, String bound) {
        Matcher number = NUMBER.matcher(bound);
        Field field = Stream.of(Field.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .filter(known -> number.matches())
                .orElseThrow(() -> new SaeLoadException(
                        Reason.INVALID_ARGUMENT,
                        "\"" + word + "\" is no condition that is known; there are l0, width and layer with"
                                + " <, <=, =, >= or > and a number, such as l0<50, width=16k or layer=12."));
        Relation relation = Stream.of(Relation.values())
                .filter(known -> known.sign.equals(sign))
                .findFirst()
                .orElseThrow();
        double unit = switch (number.group(2)) {
            case "k" -> 1e3;
            case "m" -> 1e6;
            default -> 1;
        };
        return new Condition(field, relation, Double.parseDouble(number.group(1)) * unit);
    }

    /**
     * Returns the query with a further condition. An SAE of which the number is not known does not meet it.
     *
     * @param field what is compared
     * @param relation how
     * @param bound with what
     * @throws NullPointerException if {@code field} or {@code relation} is null
     */
    public SaeQuery with(Field field, Relation relation, double bound) {
        List<Condition> all = new ArrayList<>(conditions);
        all.add(new Condition(SAE.requirePresent(field, "field"), SAE.requirePresent(relation, "relation"), bound));
        return new SaeQuery(words, all);
    }

    /** Returns the query without its conditions. */
    public SaeQuery withoutConditions() {
        return new SaeQuery(words, List.of());
    }

    /** Returns the words, in small letters. */
    public List<String> words() {
        return words;
    }

    /** Returns whether every SAE matches, for there are neither words nor conditions. */
    public boolean isEmpty() {
        return words.isEmpty() && conditions.isEmpty();
    }

    /**
     * Returns whether an SAE has all words in its names and meets all conditions.
     *
     * @param release the release that it is of
     * @param sae the SAE
     * @throws NullPointerException if an argument is null
     */
    public boolean matches(SaeRelease release, PublishedSae sae) {
        SAE.requirePresent(release, "release");
        SAE.requirePresent(sae, "sae");
        if (!conditions.stream().allMatch(condition -> condition.holds(sae))) {
            return false;
        }
        String text = NamedFacts.text(release.known(), sae.known());
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

    /** Returns the words and the conditions. */
    @Override
    public String toString() {
        return Stream.concat(words.stream(), conditions.stream().map(Condition::toString))
                .collect(Collectors.joining(" "));
    }
}
