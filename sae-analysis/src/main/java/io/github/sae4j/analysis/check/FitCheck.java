package io.github.sae4j.analysis.check;

import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Sentence;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whether activations are those that an SAE was made for, by trying what is commonly wrong with them.
 *
 * <pre>{@code
 * FitCheck check = FitCheck.on(Sample.of(reader), sae);
 * if (!check.fits()) {
 *     System.err.println(check.sentence());
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class FitCheck {

    /** Less is not worth changing anything for. */
    static final double MORE = 0.03;

    /** Below this an SAE does not know the activations that it reads. */
    private static final double UNKNOWN = 0.3;

    private final List<HypothesisResult> trials;
    private final Sentence sentence;
    private final boolean fits;

    private FitCheck(List<HypothesisResult> trials, Sentence sentence, boolean fits) {
        this.trials = List.copyOf(trials);
        this.sentence = sentence;
        this.fits = fits;
    }

    /** Returns all that was tried, the best first. */
    public List<HypothesisResult> trials() {
        return trials;
    }

    /** Returns what is probably wrong, or that nothing is. */
    public Sentence sentence() {
        return sentence;
    }

    /** Returns whether nothing is wrong. */
    public boolean fits() {
        return fits;
    }

    /**
     * Tries what is commonly wrong with activations for one SAE.
     *
     * @param sample some of the tokens
     * @param sae the SAE that they should be for
     * @throws AnalysisException if it takes whole sequences, or does not reconstruct what it reads
     */
    public static FitCheck on(Sample sample, SparseAutoencoder sae) {
        return on(sample, sae, Map.of());
    }

    /**
     * Tries what is commonly wrong.
     *
     * @param sample some of the tokens
     * @param sae the SAE that they should be for
     * @param others opens, by name, SAEs that they may be for instead, or nothing, as {@code SaesBeside} of sae-loader does; one is
     *     open at a time, and those that cannot be compared, of another d_in for example, are passed over
     * @throws AnalysisException if the SAE takes whole sequences, or does not reconstruct what it reads
     */
    public static FitCheck on(
            Sample sample, SparseAutoencoder sae, Map<String, Supplier<Optional<SparseAutoencoder>>> others) {
        requireReconstruction(sae);
        Search search = new Search(sample, sae);
        others.forEach(search::with);
        search.goOn();
        return judged(search);
    }

    private static void requireReconstruction(SparseAutoencoder sae) {
        if (!sae.capabilities().has(SaeCapability.ENCODE_TOKENS)) {
            throw new AnalysisException(
                    AnalysisException.Reason.UNSUPPORTED,
                    "Whether activations fit is tried on single tokens, but this SAE takes whole sequences.");
        }
        if (ReconstructionQuality.of(sae).isEmpty()) {
            throw new AnalysisException(
                    AnalysisException.Reason.UNSUPPORTED,
                    sae.capabilities()
                            .reasonAgainst(SaeCapability.DECODE)
                            .orElse("Whether activations fit is told by their reconstruction, but this SAE does not"
                                    + " reconstruct what it reads."));
        }
    }

    private static FitCheck judged(Search search) {
        HypothesisResult asTheyAre = search.asTheyAre();
        List<HypothesisResult> trials = search.trials().stream()
                .filter(trial -> !Double.isNaN(trial.explainedVariance()))
                .sorted(HypothesisResult.BEST_FIRST)
                .toList();
        if (Double.isNaN(asTheyAre.explainedVariance())) {
            return new FitCheck(
                    trials, Sentence.of("All tokens that were tried are the same, so nothing can be said."), false);
        }
        HypothesisResult best = trials.get(0);
        if (best.explainedVariance() < UNKNOWN) {
            return new FitCheck(
                    trials,
                    Sentence.of("Nothing that was tried explains more than " + percent(best)
                            + " of the variance: these activations are probably of another model, layer or hook."),
                    false);
        }
        HypothesisResult simplest = simplest(trials);
        if (simplest.remedies() == 0) {
            return new FitCheck(
                    trials,
                    Sentence.of("They fit: the SAE explains " + percent(asTheyAre)
                            + " of the variance, and nothing that was tried explains notably more."),
                    true);
        }
        return new FitCheck(
                trials,
                Sentence.of(
                        "Probably ",
                        simplest.finding(),
                        ": explained variance " + decimal(simplest) + " instead of " + decimal(asTheyAre)
                                + search.ofWanted(simplest)
                                        .map(FitCheck::reached)
                                        .orElse("") + "."),
                false);
    }

    /** Returns the one that puts the fewest things right among those that explain no less than the best, or hardly less. */
    private static HypothesisResult simplest(List<HypothesisResult> bestFirst) {
        double enough = bestFirst.get(0).explainedVariance() - MORE;
        return bestFirst.stream()
                .filter(trial -> trial.explainedVariance() > enough)
                .min(Comparator.comparingInt(HypothesisResult::remedies))
                .orElseThrow();
    }

    private static String reached(HypothesisResult ofWanted) {
        return ", where the SAE itself comes to " + decimal(ofWanted) + " " + ofWanted.name();
    }

    private static String percent(HypothesisResult trial) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * trial.explainedVariance());
    }

    private static String decimal(HypothesisResult trial) {
        return String.format(Locale.ROOT, "%.4f", trial.explainedVariance());
    }
}
