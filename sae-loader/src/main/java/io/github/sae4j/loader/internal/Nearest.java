package io.github.sae4j.loader.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The names that someone may have meant who wrote another. */
final class Nearest {

    private Nearest() {}

    /**
     * Returns a sentence that names the candidates: all of them if they are few, or else those nearest to what was written.
     *
     * @param beginning for example {@code It has}
     */
    static String sentence(String beginning, String written, Collection<String> candidates, int most) {
        if (candidates.size() <= most) {
            return beginning + ": " + String.join(", ", candidates) + ".";
        }
        return beginning + " " + candidates.size() + "; the nearest are: "
                + String.join(", ", of(written, candidates, most)) + ".";
    }

    /** Returns the candidates that need the fewest changes to become what was written, the nearest first. */
    static List<String> of(String written, Collection<String> candidates, int most) {
        String meant = written.toLowerCase(Locale.ROOT);
        return candidates.stream()
                .map(candidate -> new Candidate(candidate, distance(meant, candidate.toLowerCase(Locale.ROOT))))
                .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
                .limit(most)
                .map(Candidate::name)
                .toList();
    }

    private record Candidate(String name, int distance) {}

    /**
     * Returns how many characters must be inserted, deleted or replaced to turn one text into the other (Levenshtein);
     * what is only missing from the end of the first counts least, so that the beginning of a name finds it.
     */
    private static int distance(String from, String to) {
        int[] previous = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            previous[j] = 2 * j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int insertion = i == from.length() ? 1 : 2;
            int[] current = new int[to.length() + 1];
            current[0] = 2 * i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 2);
                current[j] = Math.min(replaced, Math.min(previous[j] + 2, current[j - 1] + insertion));
            }
            previous = current;
        }
        return previous[to.length()];
    }
}
