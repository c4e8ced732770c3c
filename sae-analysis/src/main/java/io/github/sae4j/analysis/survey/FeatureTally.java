package io.github.sae4j.analysis.survey;

import java.util.List;

/**
 * What one feature did on the tokens that went by: its largest value, all its values as a histogram, its strongest tokens.
 *
 * <pre>{@code
 * FeatureSurvey survey = FeatureSurvey.of(sae.config().dSae(), 10, List.of(1234));
 * EncodingPass.of(reader, sae, 1024).encodeAll(survey::add);
 * FeatureTally tally = survey.tally(1234);
 * System.out.println("at most " + tally.max());
 * tally.examples().forEach(example -> System.out.println(example.token() + ": " + example.value()));
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class FeatureTally {

    private final ActivationHistogram histogram = new ActivationHistogram();
    private final StrongestTokens strongest;
    private float max;

    FeatureTally(int examples) {
        this.strongest = new StrongestTokens(examples);
    }

    void add(long token, float value) {
        max = Math.max(max, value);
        histogram.add(value);
        strongest.add(token, value);
    }

    /** Returns the largest value, 0 if the feature never fires. */
    public float max() {
        return max;
    }

    /** Returns how often the feature has which value above zero. */
    public ActivationHistogram histogram() {
        return histogram;
    }

    /** Returns the tokens on which the feature is strongest, the strongest first and the earliest first among equals. */
    public List<Example> examples() {
        return strongest.sorted();
    }
}
