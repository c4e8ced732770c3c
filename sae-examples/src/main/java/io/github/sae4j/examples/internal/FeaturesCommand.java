package io.github.sae4j.examples.internal;

import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.examples.internal.input.ActivationSource;
import io.github.sae4j.examples.internal.input.Activations;
import io.github.sae4j.examples.internal.input.TokenBatch;
import io.github.sae4j.examples.internal.input.TokenContext;
import io.github.sae4j.examples.internal.input.TokenTexts;
import io.github.sae4j.examples.internal.survey.CoFirings;
import io.github.sae4j.examples.internal.survey.DecoderDirections;
import io.github.sae4j.examples.internal.survey.FeatureOrder;
import io.github.sae4j.examples.internal.survey.FeatureSurvey;
import io.github.sae4j.examples.internal.survey.Neighbour;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiConsumer;
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
            "A feature fires where it is above zero. Co-firing is measured by phi, the correlation of both features'"
                    + " firing; neighbours are the features whose decoder rows have the largest cosine with its own."
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class FeaturesCommand implements Runnable {

    private static final int TOKENS_AROUND = 8;
    private static final int RELATIVES = 5;

    /** Of each that is shown, co-firing is counted with every feature there is. */
    private static final int MOST_FEATURES = 256;

    @Spec
    private CommandSpec spec;

    @Mixin
    private ActivationOptions input;

    @Mixin
    private RunOptions options;

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

    @Option(
            names = "--by",
            paramLabel = "ORDER",
            converter = FeatureOrderChoice.class,
            description =
                    "Which features come first: max, those with the largest value (the default), or density, those"
                            + " that fire on most tokens.")
    private FeatureOrder order = FeatureOrder.MAX;

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
                    + " sequence, or an object with one as its \"tokens\".")
    private @Nullable Path tokens;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public void run() {
        ActivationSource source = input.source();
        if (source.isStandardInput() && choice.top != null) {
            throw new ParameterException(
                    spec.commandLine(), "--top reads the activations twice, but standard input comes once");
        }
        int asked = choice.features == null ? (choice.top == null ? 0 : choice.top) : choice.features.size();
        if (asked > MOST_FEATURES) {
            throw new ParameterException(
                    spec.commandLine(), "at most " + MOST_FEATURES + " features can be shown, not " + asked);
        }
        Terminal terminal = Terminal.of(spec);
        try (OpenSae sae = json ? options.openForOutput(terminal) : options.open(terminal);
                Activations activations = input.open(source, sae)) {
            Surveyed surveyed = choice.features == null
                    ? first(source, activations, sae, terminal)
                    : named(choice.features, activations, sae, terminal);
            FeatureSurvey survey = surveyed.survey();
            List<Integer> features = surveyed.features();
            FeatureReport report = new FeatureReport(
                    sae,
                    activations,
                    survey,
                    features,
                    features.stream()
                            .map(feature -> surveyed.coFirings().strongest(feature, survey.firings(), RELATIVES))
                            .toList(),
                    neighbours(sae, features),
                    contexts(activations, surveyed));
            if (json) {
                report.printJson(terminal);
            } else {
                report.print(terminal);
            }
        }
    }

    /** What the features did, and which are shown. */
    private record Surveyed(FeatureSurvey survey, List<Integer> features, CoFirings coFirings) {}

    private Surveyed named(List<Integer> named, Activations activations, OpenSae sae, Terminal terminal) {
        int dSae = sae.sae().config().dSae();
        List<Integer> features = existing(named, sae);
        FeatureSurvey survey = FeatureSurvey.of(dSae, examples, features);
        CoFirings coFirings = CoFirings.of(dSae, features);
        pass(activations, sae, terminal, (batch, active) -> {
            survey.add(batch, active);
            coFirings.add(active);
        });
        return new Surveyed(survey, features, coFirings);
    }

    private Surveyed first(ActivationSource source, Activations activations, OpenSae sae, Terminal terminal) {
        int dSae = sae.sae().config().dSae();
        FeatureSurvey survey = FeatureSurvey.ofAll(dSae, examples);
        pass(activations, sae, terminal, survey::add);
        List<Integer> features = survey.first(choice.top == null ? 0 : choice.top, order);
        CoFirings coFirings = CoFirings.of(dSae, features);
        try (Activations again = input.open(source, sae)) {
            pass(again, sae, terminal, (batch, active) -> coFirings.add(active));
        }
        return new Surveyed(survey, features, coFirings);
    }

    private static List<Integer> existing(List<Integer> features, OpenSae sae) {
        int dSae = sae.sae().config().dSae();
        for (int feature : features) {
            if (feature < 0 || feature >= dSae) {
                throw new CommandException("There is no feature " + feature + ": those of "
                        + sae.expected().name() + " are 0 to " + (dSae - 1) + ".");
            }
        }
        return features.stream().distinct().toList();
    }

    private void pass(
            Activations activations, OpenSae sae, Terminal terminal, BiConsumer<TokenBatch, SparseFeatures> each) {
        Batches batches = Batches.of(activations, sae.sae(), options.batchTokens());
        try (Progress progress =
                Progress.start(terminal, "encoding", activations.layout().tokens())) {
            for (TokenBatch batch = batches.next(); batch.count() > 0; batch = batches.next()) {
                each.accept(batch, batches.encode(batch));
                progress.advance(batch.count());
            }
        }
    }

    private static List<List<Neighbour>> neighbours(OpenSae sae, List<Integer> features) {
        WeightMatrix decoder = sae.sae().parts().decoder();
        return decoder == null
                ? Collections.nCopies(features.size(), List.of())
                : DecoderDirections.of(decoder).nearest(features, RELATIVES);
    }

    private Map<Long, TokenContext> contexts(Activations activations, Surveyed surveyed) {
        if (tokens == null) {
            return Map.of();
        }
        TreeSet<Long> wanted = new TreeSet<>();
        surveyed.features()
                .forEach(feature -> surveyed.survey()
                        .tally(feature)
                        .examples()
                        .forEach(example -> wanted.add(activations.number(example.token()))));
        return TokenTexts.around(tokens, activations.whole(), wanted, TOKENS_AROUND);
    }
}
