package io.github.sae4j.analysis.survey;

/**
 * A feature that fires together with another.
 *
 * <pre>{@code
 * Firings firings = new Firings(sae.config().dSae());
 * CoFirings coFirings = CoFirings.of(sae.config().dSae(), List.of(1234));
 * EncodingPass.of(reader, sae, 1024).encodeAll((batch, features) -> {
 *     firings.add(batch, features);
 *     coFirings.add(features);
 * });
 * coFirings.strongest(1234, firings, 5)
 *         .forEach(other -> System.out.printf("%d: phi %.2f%n", other.feature(), other.phi()));
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public final class CoFiring {

    private final int feature;
    private final long tokens;
    private final double phi;
    private final double jaccard;

    CoFiring(int feature, long tokens, double phi, double jaccard) {
        this.feature = feature;
        this.tokens = tokens;
        this.phi = phi;
        this.jaccard = jaccard;
    }

    /** Returns the number of the feature. */
    public int feature() {
        return feature;
    }

    /** Returns how many tokens both fire on. */
    public long tokens() {
        return tokens;
    }

    /** Returns the correlation of both firings, see {@link CoFirings}. */
    public double phi() {
        return phi;
    }

    /** Returns {@code tokens} as a share of those on which either fires. */
    public double jaccard() {
        return jaccard;
    }
}
