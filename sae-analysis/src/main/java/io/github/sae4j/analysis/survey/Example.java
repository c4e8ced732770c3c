package io.github.sae4j.analysis.survey;

import java.util.Comparator;

/**
 * A token on which a feature fires.
 *
 * <pre>{@code
 * SurveyResult result = Survey.of(sae).named(List.of(1234), reader);
 * for (Example example : result.features().get(0).tally().examples()) {
 *     System.out.println(result.place(example) + ": " + example.value());
 * }
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param token the token's number, counted over all sequences from 0
 * @param value the feature's value there
 * @since 0.1
 */
public record Example(long token, float value) {

    /** The strongest first, among equals the earliest. */
    static final Comparator<Example> STRONGEST_FIRST =
            Comparator.comparing(Example::value).reversed().thenComparing(Example::token);
}
