package io.github.sae4j.analysis.survey;

/**
 * Which features come first.
 *
 * @since 0.1
 */
public enum FeatureOrder {
    /** Those with the largest value. */
    MAX,
    /** Those that fire on most tokens. */
    DENSITY
}
