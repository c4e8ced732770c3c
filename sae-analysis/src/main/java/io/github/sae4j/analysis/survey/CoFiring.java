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
 * @param feature its number
 * @param tokens how many tokens both fire on
 * @param phi the correlation of both firings, see {@link CoFirings}
 * @param jaccard {@code tokens} as a share of those on which either fires
 * @since 0.1
 */
public record CoFiring(int feature, long tokens, double phi, double jaccard) {}
