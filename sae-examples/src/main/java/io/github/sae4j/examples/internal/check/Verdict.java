package io.github.sae4j.examples.internal.check;

import io.github.sae4j.core.SparseAutoencoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What trying has shown.
 *
 * @param trials all that was tried, the best first
 * @param sentence what is probably wrong, or that nothing is
 * @param fits whether nothing is
 */
public record Verdict(List<Trial> trials, String sentence, boolean fits) {

    /** Less is not worth changing anything for. */
    private static final double MORE = 0.03;

    /** Below this an SAE does not know the activations that it reads. */
    private static final double UNKNOWN = 0.3;

    /** Copies the list. */
    public Verdict {
        trials = List.copyOf(trials);
    }

    /**
     * Tries what is commonly wrong.
     *
     * @param sample some of the tokens
     * @param sae the SAE that they should be for
     * @param others opens, by name, SAEs of the same d_in that they may be for instead, or nothing; one is open at a time
     */
    public static Verdict on(
            Sample sample, SparseAutoencoder sae, Map<String, Supplier<Optional<SparseAutoencoder>>> others) {
        List<Trial> trials = new ArrayList<>();
        Guess.of(sample, sae).forEach(guess -> trials.add(Trial.of(guess, sae)));
        Trial asTheyAre = trials.get(0);
        others.forEach((name, opening) -> {
            Guess guess = new Guess("with " + name, "they fit " + name + " better", sample.rows());
            opening.get().ifPresent(other -> {
                try (other) {
                    trials.add(Trial.of(guess, other));
                }
            });
        });
        trials.removeIf(trial -> Double.isNaN(trial.explainedVariance()));
        trials.sort(Trial.BEST_FIRST);
        return judged(asTheyAre, trials);
    }

    private static Verdict judged(Trial asTheyAre, List<Trial> trials) {
        double now = asTheyAre.explainedVariance();
        if (Double.isNaN(now)) {
            return new Verdict(trials, "All tokens that were tried are the same, so nothing can be said.", false);
        }
        Trial best = trials.get(0);
        if (best.explainedVariance() < UNKNOWN) {
            return new Verdict(
                    trials,
                    "Nothing that was tried explains more than " + percent(best) + " of the variance: these activations"
                            + " are probably of another model, layer or hook.",
                    false);
        }
        if (best.explainedVariance() < now + MORE) {
            return new Verdict(
                    trials,
                    "They fit: the SAE explains " + percent(asTheyAre)
                            + " of the variance, and nothing that was tried explains notably more.",
                    true);
        }
        return new Verdict(
                trials,
                "Probably " + best.finding() + ": explained variance " + decimal(best) + " instead of "
                        + decimal(asTheyAre) + ".",
                false);
    }

    private static String percent(Trial trial) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * trial.explainedVariance());
    }

    private static String decimal(Trial trial) {
        return String.format(Locale.ROOT, "%.4f", trial.explainedVariance());
    }
}
