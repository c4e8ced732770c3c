package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.survey.FeatureOrder;
import io.github.sae4j.analysis.survey.Survey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is told of features. */
final class SurveyOptions {

    @Option(
            names = "--by",
            paramLabel = "ORDER",
            converter = FeatureOrderChoice.class,
            description =
                    "Which features come first: max, those with the largest value (the default), or density, those"
                            + " that fire on most tokens.")
    private @Nullable FeatureOrder order;

    @Option(
            names = "--examples",
            paramLabel = "K",
            converter = AtLeastOne.class,
            description = "How many tokens to show of each feature; default ${DEFAULT-VALUE}.")
    private int examples = 10;

    @Option(
            names = "--tokens",
            paramLabel = "FILE",
            description = "The tokens' texts, to show them in their context: JSON lines, each an array of strings for a"
                    + " sequence, or an object with one as its \"tokens\"; or Parquet, a column tokens of lists of strings"
                    + " or of strings.")
    private @Nullable Path tokens;

    /** Returns the survey that the options ask for. */
    Survey of(OpenSae sae, int batchTokens, Terminal terminal) {
        Survey survey = Survey.of(sae.sae())
                .batchTokens(batchTokens)
                .examples(examples)
                .order(order == null ? FeatureOrder.MAX : order)
                .listener((task, count) -> Progress.start(terminal, task, count));
        return tokens == null ? survey : survey.tokens(tokens);
    }

    /** Returns whether the user says which features come first. */
    boolean hasOrder() {
        return order != null;
    }

    /** Returns the file of the tokens' texts, or null if there is none. */
    @Nullable
    Path tokens() {
        return tokens;
    }
}
