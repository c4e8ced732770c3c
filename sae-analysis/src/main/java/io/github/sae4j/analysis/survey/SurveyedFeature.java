package io.github.sae4j.analysis.survey;

import java.util.List;

/**
 * A feature, what it did, and which others it is like.
 *
 * <pre>{@code
 * for (SurveyedFeature surveyed : Survey.of(sae).first(20, reader, open).features()) {
 *     System.out.println(surveyed.feature() + ": at most " + surveyed.tally().max());
 *     surveyed.coFirings().forEach(other -> System.out.println("  fires with " + other.feature()));
 * }
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class SurveyedFeature {

    private final int feature;
    private final FeatureTally tally;
    private final List<CoFiring> coFirings;
    private final List<Neighbour> neighbours;

    SurveyedFeature(int feature, FeatureTally tally, List<CoFiring> coFirings, List<Neighbour> neighbours) {
        this.feature = feature;
        this.tally = tally;
        this.coFirings = List.copyOf(coFirings);
        this.neighbours = List.copyOf(neighbours);
    }

    /** Returns the number of the feature. */
    public int feature() {
        return feature;
    }

    /** Returns how strongly it fired, and where most. */
    public FeatureTally tally() {
        return tally;
    }

    /** Returns what fires with it, the strongest first. */
    public List<CoFiring> coFirings() {
        return coFirings;
    }

    /** Returns the features whose decoder rows are nearest to its own, the nearest first; none of an SAE without a decoder. */
    public List<Neighbour> neighbours() {
        return neighbours;
    }
}
