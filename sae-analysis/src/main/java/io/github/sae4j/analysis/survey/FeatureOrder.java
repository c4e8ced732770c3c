package io.github.sae4j.analysis.survey;

/**
 * Which features come first.
 *
 * <pre>{@code
 * Survey survey = Survey.of(sae).order(FeatureOrder.DENSITY);
 * List<SurveyedFeature> densest = survey.first(20, reader, open).features();
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum FeatureOrder {
    /** Those with the largest value. */
    MAX,
    /** Those that fire on most tokens. */
    DENSITY
}
