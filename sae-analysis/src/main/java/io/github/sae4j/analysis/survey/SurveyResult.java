package io.github.sae4j.analysis.survey;

import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.activations.TokenPlace;
import io.github.sae4j.data.tokens.TokenContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link Survey} found: what all features did in short, and the chosen ones in detail.
 *
 * <pre>{@code
 * SurveyResult result = Survey.of(sae).tokens(Path.of("tokens.jsonl")).named(List.of(1234), reader);
 * for (Example example : result.features().get(0).tally().examples()) {
 *     String text = result.context(example).map(context -> ": " + context.token()).orElse("");
 *     System.out.println(result.place(example) + text);
 * }
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class SurveyResult {

    private final ActivationReader activations;
    private final FeatureSurvey survey;
    private final List<SurveyedFeature> features;
    private final Map<Long, TokenContext> contexts;

    SurveyResult(
            ActivationReader activations,
            FeatureSurvey survey,
            List<SurveyedFeature> features,
            Map<Long, TokenContext> contexts) {
        this.activations = activations;
        this.survey = survey;
        this.features = List.copyOf(features);
        this.contexts = Map.copyOf(contexts);
    }

    /** Returns what all features did; in a survey of named ones, of others only how often they fire. */
    public FeatureSurvey survey() {
        return survey;
    }

    /** Returns the chosen features, in the order in which they were named or come first. */
    public List<SurveyedFeature> features() {
        return features;
    }

    /** Returns the number of an example's token among all of the source. */
    public long number(Example example) {
        return activations.number(example.token());
    }

    /** Returns where an example's token is. */
    public TokenPlace place(Example example) {
        return activations.place(example.token());
    }

    /** Returns the texts around an example of a chosen feature, if they are known. */
    public Optional<TokenContext> context(Example example) {
        return Optional.ofNullable(contexts.get(number(example)));
    }
}
