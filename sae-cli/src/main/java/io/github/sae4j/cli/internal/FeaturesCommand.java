package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.survey.Survey;
import io.github.sae4j.analysis.survey.SurveyResult;
import io.github.sae4j.data.activations.ActivationSource;
import io.github.sae4j.data.activations.Activations;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sae features}: shows where features fire most, and with which others. */
@Command(
        name = "features",
        description = "Show where features fire most on saved activations, how strongly, and with which others.",
        footer = {
            "",
            "A feature fires where it is not zero; its largest value, histogram and tokens are of values above zero. Co-firing is measured by phi, the correlation of both features'"
                    + " firing; neighbours are the features whose decoder rows have the largest cosine with its own.",
            "",
            "Examples:",
            "  sae features x.safetensors --sae layer_19 --top 10 --tokens tokens.jsonl",
            "  sae features x.safetensors --sae layer_19 --feature 1234,99 --json"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class FeaturesCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Mixin
    private EncodingOptions options;

    @ArgGroup(multiplicity = "1")
    private Choice choice;

    /** Which features are shown. */
    static final class Choice {

        @Option(
                names = "--feature",
                paramLabel = "N",
                split = ",",
                description =
                        "A feature to show, counted from 0; several are separated by commas, or given one by one.")
        private @Nullable List<Integer> features;

        @Option(
                names = "--top",
                paramLabel = "M",
                converter = AtLeastOne.class,
                description = "Show the M features that come first by --by; reads the activations twice.")
        private @Nullable Integer top;
    }

    @Mixin
    private SurveyOptions survey;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public void run() {
        ActivationSource source = input.source(spec);
        if (source.isStandardInput() && choice.top != null) {
            throw new ParameterException(
                    spec.commandLine(), "--top reads the activations twice, but standard input comes once");
        }
        if (choice.features != null && survey.hasOrder()) {
            throw new ParameterException(
                    spec.commandLine(), "--by says which features come first, but --feature says which there are");
        }
        int chosen = choice.features == null ? (choice.top == null ? 0 : choice.top) : choice.features.size();
        if (chosen > Survey.MOST_FEATURES) {
            throw new ParameterException(
                    spec.commandLine(), "at most " + Survey.MOST_FEATURES + " features can be shown, not " + chosen);
        }
        Terminal terminal = Terminal.of(spec);
        try (OpenSae sae = json ? options.openForOutput(terminal) : options.open(terminal);
                Activations activations = input.open(source, sae)) {
            Survey asked = survey.of(sae, options.batchTokens(), terminal);
            SurveyResult result = choice.features == null
                    ? asked.first(choice.top == null ? 0 : choice.top, activations, () -> input.open(source, sae))
                    : asked.named(choice.features.stream().distinct().toList(), activations);
            FeatureReport report = new FeatureReport(sae, activations, result);
            if (json) {
                report.printJson(terminal);
            } else {
                report.print(terminal);
            }
        }
    }
}
