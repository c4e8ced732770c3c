package io.github.sae4j.analysis.check;

import io.github.sae4j.analysis.evaluation.ReconstructionQuality;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The search for what is wrong with activations, where several things can be at once.
 *
 * <p>Tokens that make up most of the variance hide all else, so everything is tried with and without them. What is best so
 * far is kept, and the rest is tried on top of it, until nothing helps notably more.
 */
final class Search {

    private static final int MOST_REMEDIES = 4;

    private final SparseAutoencoder wanted;
    private final List<Hypothesis> bases = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final Map<String, Supplier<Optional<SparseAutoencoder>>> others = new HashMap<>();

    /**
     * What was tried, and what came of it.
     *
     * @param other the name of the other SAE that it was tried with; empty for the one that the user wants
     * @param base what was put right with the activations, without the other SAE
     * @param trial how that did
     */
    private record Attempt(String other, Hypothesis base, HypothesisResult trial) {

        double explained() {
            return trial.explainedVariance();
        }
    }

    /** Tries what is commonly wrong with the SAE that the user wants. */
    Search(Sample sample, SparseAutoencoder wanted) {
        this.wanted = wanted;
        Hypothesis nothing = Hypothesis.nothing(sample);
        bases.add(nothing);
        attempt("", nothing, wanted);
        for (Hypothesis fewer : nothing.withFewerTokens()) {
            attempt("", fewer, wanted);
            if (nothing.isHiding(fewer)) {
                bases.add(fewer);
            }
        }
        bases.forEach(base -> base.changedFor(wanted).forEach(guess -> attempt("", guess, wanted)));
        climb("", wanted);
        Hypothesis best = best("").base();
        if (best.remedies() > 0 && bases.stream().noneMatch(base -> base.name().equals(best.name()))) {
            bases.add(best);
        }
    }

    private void attempt(String other, Hypothesis base, SparseAutoencoder sae) {
        Hypothesis guess = other.isEmpty() ? base : base.with(other);
        if (attempts.stream().noneMatch(tried -> tried.trial().name().equals(guess.name()))) {
            attempts.add(new Attempt(other, base, HypothesisResult.of(guess, sae)));
        }
    }

    /** Tries another SAE with all that is worth it. */
    void with(String other, Supplier<Optional<SparseAutoencoder>> opening) {
        others.put(other, opening);
        opened(opening).ifPresent(sae -> {
            try (sae) {
                bases.forEach(base -> attempt(other, base, sae));
            }
        });
    }

    /** Returns another SAE, unless it cannot be compared with the one that is wanted. */
    private Optional<SparseAutoencoder> opened(Supplier<Optional<SparseAutoencoder>> opening) {
        Optional<SparseAutoencoder> other = opening.get();
        if (other.filter(this::isComparable).isEmpty()) {
            other.ifPresent(SparseAutoencoder::close);
            return Optional.empty();
        }
        return other;
    }

    private boolean isComparable(SparseAutoencoder other) {
        return other.config().dIn() == wanted.config().dIn()
                && ReconstructionQuality.of(other).isPresent()
                && other.capabilities().has(SaeCapability.ENCODE_TOKENS);
    }

    /** Goes on with the SAE that did best, if that is another. */
    void goOn() {
        Attempt best = attempts.stream().reduce(Search::better).orElseThrow();
        Supplier<Optional<SparseAutoencoder>> opening = others.get(best.other());
        if (opening != null) {
            opened(opening).ifPresent(sae -> {
                try (sae) {
                    climb(best.other(), sae);
                }
            });
            attempt("", best(best.other()).base(), wanted);
        }
    }

    /** Tries all on top of the best, again and again while that helps. */
    private void climb(String other, SparseAutoencoder sae) {
        Attempt best = best(other);
        Attempt before;
        do {
            before = best;
            Hypothesis base = best.base();
            if (base.remedies() < MOST_REMEDIES) {
                base.withFewerTokens().forEach(guess -> attempt(other, guess, sae));
                base.changedFor(sae).forEach(guess -> attempt(other, guess, sae));
            }
            best = best(other);
        } while (best.explained() > before.explained() + FitCheck.MORE);
    }

    private Attempt best(String other) {
        return attempts.stream()
                .filter(attempt -> attempt.other().equals(other))
                .reduce(Search::better)
                .orElseThrow();
    }

    /** Returns the one that explains more; the first, if neither can be told. */
    private static Attempt better(Attempt one, Attempt other) {
        boolean more = other.explained() > one.explained()
                || (Double.isNaN(one.explained()) && !Double.isNaN(other.explained()));
        return more ? other : one;
    }

    /** Returns the trial in which nothing was put right. */
    HypothesisResult asTheyAre() {
        return attempts.get(0).trial();
    }

    /** Returns all trials. */
    List<HypothesisResult> trials() {
        return attempts.stream().map(Attempt::trial).toList();
    }

    /** Returns how the SAE that the user wants did with what a trial with another put right beside. */
    Optional<HypothesisResult> ofWanted(HypothesisResult trial) {
        return attempts.stream()
                .filter(attempt -> attempt.trial().equals(trial)
                        && !attempt.other().isEmpty()
                        && attempt.base().remedies() > 0)
                .findFirst()
                .flatMap(attempt -> attempts.stream()
                        .filter(own -> own.other().isEmpty()
                                && own.base().name().equals(attempt.base().name()))
                        .map(Attempt::trial)
                        .findFirst());
    }
}
