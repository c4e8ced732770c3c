package io.github.sae4j.analysis.survey;

/**
 * A feature that fires together with another.
 *
 * @param feature its number
 * @param tokens how many tokens both fire on
 * @param phi the correlation of both firings, see {@link CoFirings}
 * @param jaccard {@code tokens} as a share of those on which either fires
 * @since 0.1
 */
public record CoFiring(int feature, long tokens, double phi, double jaccard) {}
