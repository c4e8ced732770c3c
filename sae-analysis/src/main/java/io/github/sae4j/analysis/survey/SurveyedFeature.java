package io.github.sae4j.analysis.survey;

import java.util.List;
import java.util.Objects;

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
 * @param feature its number
 * @param tally how strongly it fired, and where most
 * @param coFirings what fires with it, the strongest first
 * @param neighbours whose decoder rows are nearest to its own, the nearest first; none of an SAE without a decoder
 * @since 0.1
 */
public record SurveyedFeature(int feature, FeatureTally tally, List<CoFiring> coFirings, List<Neighbour> neighbours) {

    /** Copies the lists. */
    public SurveyedFeature {
        Objects.requireNonNull(tally, "tally");
        coFirings = List.copyOf(coFirings);
        neighbours = List.copyOf(neighbours);
    }
}
