package io.github.sae4j.analysis.check;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.ForwardPass;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Comparator;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How an SAE does on activations that something was tried with.
 *
 * <pre>{@code
 * for (HypothesisResult trial : FitCheck.on(Sample.of(reader), sae).trials()) {
 *     System.out.printf("%s: explained variance %.4f, L0 %.0f%n", trial.name(), trial.explainedVariance(), trial.l0());
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class HypothesisResult {

    /** What the trial is called in which nothing is put right. */
    static final String AS_THEY_ARE = "as they are";

    /** The best first. */
    static final Comparator<HypothesisResult> BEST_FIRST =
            Comparator.comparing(HypothesisResult::explainedVariance, Comparator.reverseOrder());

    private static final double EXPECTED = 5;
    private static final int FEWEST_FEATURES = 10;

    private final Measured measured;

    private HypothesisResult(Measured measured) {
        this.measured = measured;
    }

    private record Measured(
            String name,
            Sentence finding,
            int remedies,
            int tokens,
            double explainedVariance,
            double l0,
            OptionalDouble agreement) {}

    static HypothesisResult of(Hypothesis guess, SparseAutoencoder sae) {
        TokenBatch batch = TokenBatch.of(guess.rows());
        ForwardPass forward = sae.forward(guess.rows());
        Firings firings = new Firings(sae.config().dSae());
        firings.add(batch, forward.features());
        ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
        quality.add(batch, forward.reconstruction());
        return new HypothesisResult(new Measured(
                guess.name(),
                guess.finding(),
                guess.remedies(),
                batch.count(),
                quality.explainedVariance(),
                firings.l0(),
                sae.sparsity().map(published -> agreement(firings, published)).orElseGet(OptionalDouble::empty)));
    }

    private static OptionalDouble agreement(Firings firings, float[] published) {
        long tokens = firings.tokens();
        double n = 0;
        double x = 0;
        double y = 0;
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int feature = 0; feature < published.length; feature++) {
            if (Math.pow(10, published[feature]) * tokens >= EXPECTED) {
                double here = Math.log10((firings.count(feature) + 0.5) / (tokens + 1));
                double there = published[feature];
                n++;
                x += here;
                y += there;
                xx += here * here;
                yy += there * there;
                xy += here * there;
            }
        }
        double agreement = (n * xy - x * y) / Math.sqrt((n * xx - x * x) * (n * yy - y * y));
        return n < FEWEST_FEATURES || Double.isNaN(agreement) ? OptionalDouble.empty() : OptionalDouble.of(agreement);
    }

    /** Returns what was tried. */
    public String name() {
        return measured.name();
    }

    /** Returns the sentence for a file of which it is true; empty for the file as it is. */
    public Sentence finding() {
        return measured.finding();
    }

    /** Returns how many things were put right at once. */
    public int remedies() {
        return measured.remedies();
    }

    /** Returns how many tokens there were. */
    public int tokens() {
        return measured.tokens();
    }

    /** Returns {@code 1 - sum |x - y|² / sum |x - m|²} with the mean activation {@code m}. */
    public double explainedVariance() {
        return measured.explainedVariance();
    }

    /** Returns how many features fired on a token. */
    public double l0() {
        return measured.l0();
    }

    /**
     * Returns the correlation of the log10 of firing frequencies with the published ones, over the features that should have
     * fired at least {@value #EXPECTED} times; empty if there are too few, or none is published.
     */
    public OptionalDouble agreement() {
        return measured.agreement();
    }

    /** Returns whether the other has the same name, finding and numbers. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HypothesisResult result && measured.equals(result.measured);
    }

    @Override
    public int hashCode() {
        return measured.hashCode();
    }

    /** Returns the name and the numbers. */
    @Override
    public String toString() {
        return measured.toString();
    }
}
