package io.github.sae4j.analysis.survey;

import java.util.Comparator;

/**
 * A feature whose decoder row points where another's does.
 *
 * <pre>{@code
 * WeightMatrix decoder = sae.parts().decoder().orElseThrow();
 * List<Neighbour> nearest = DecoderDirections.of(decoder).nearest(List.of(1234), 10).get(0);
 * List<Integer> nearlyTheSame =
 *         nearest.stream().filter(other -> other.cosine() > 0.9).map(Neighbour::feature).toList();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param feature its number
 * @param cosine the cosine of the angle between the two rows
 * @since 0.1
 */
public record Neighbour(int feature, double cosine) {

    /** The nearest first, the lower number among equals. */
    static final Comparator<Neighbour> NEAREST_FIRST =
            Comparator.comparing(Neighbour::cosine).reversed().thenComparing(Neighbour::feature);
}
