package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.analysis.survey.CoFirings;
import io.github.sae4j.analysis.survey.DecoderDirections;
import io.github.sae4j.analysis.survey.FeatureSurvey;
import io.github.sae4j.analysis.survey.Neighbour;
import io.github.sae4j.core.WeightMatrix;
import io.github.sae4j.data.activations.Activations;
import io.github.sae4j.data.tokens.TokenContext;
import io.github.sae4j.data.tokens.TokenTexts;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * From saved activations to what features did on them.
 *
 * @param activations the tokens, which this reads to their end
 * @param sae the SAE
 * @param batchTokens how many tokens are in memory at a time
 * @param options what is told
 * @param terminal shows progress
 */
record SurveyJob(Activations activations, OpenSae sae, int batchTokens, SurveyOptions options, Terminal terminal) {

    /** Of each that is shown, co-firing is counted with every feature there is. */
    static final int MOST_FEATURES = 256;

    private static final int TOKENS_AROUND = 8;
    private static final int RELATIVES = 5;

    /** What is done beside, with each batch of the first pass. */
    @FunctionalInterface
    interface Beside {

        /** Takes the batches that it comes from, and what {@link EncodingPass.Step} takes. */
        EncodingPass.Step of(EncodingPass batches);
    }

    /** Tells of chosen features, in one pass. */
    FeatureReport named(List<Integer> features) {
        requireUsableTokens();
        int dSae = sae.sae().config().dSae();
        FeatureSurvey survey = FeatureSurvey.of(dSae, options.examples(), features);
        CoFirings coFirings = CoFirings.of(dSae, features);
        encodeAll(pass(activations), activations, "encoding", (batch, active) -> {
            survey.add(batch, active);
            coFirings.add(active);
        });
        return report(survey, features, coFirings);
    }

    /**
     * Tells of the features that come first, in two passes.
     *
     * @param most how many at most
     * @param again opens the activations once more
     * @param beside what else is done in the first pass
     */
    FeatureReport first(int most, Supplier<Activations> again, Beside beside) {
        requireUsableTokens();
        int dSae = sae.sae().config().dSae();
        FeatureSurvey survey = FeatureSurvey.ofAll(dSae, options.examples());
        EncodingPass batches = pass(activations);
        EncodingPass.Step other = beside.of(batches);
        encodeAll(batches, activations, "encoding", (batch, active) -> {
            survey.add(batch, active);
            other.take(batch, active);
        });
        List<Integer> features = survey.first(most, options.order());
        CoFirings coFirings = CoFirings.of(dSae, features);
        try (Activations second = again.get()) {
            encodeAll(pass(second), second, "counting", (batch, active) -> coFirings.add(active));
        }
        return report(survey, features, coFirings);
    }

    private void requireUsableTokens() {
        if (options.tokens() != null) {
            TokenTexts.requireUsable(options.tokens(), activations.whole());
        }
    }

    private EncodingPass pass(Activations tokens) {
        return EncodingPass.of(tokens, sae.sae(), batchTokens);
    }

    private void encodeAll(EncodingPass pass, Activations tokens, String task, EncodingPass.Step step) {
        try (Progress progress = Progress.start(terminal, task, tokens.layout().tokens())) {
            pass.encodeNext(Long.MAX_VALUE, progress::advance, step);
        }
    }

    private FeatureReport report(FeatureSurvey survey, List<Integer> features, CoFirings coFirings) {
        return new FeatureReport(
                sae,
                activations,
                survey,
                features,
                features.stream()
                        .map(feature -> coFirings.strongest(feature, survey.firings(), RELATIVES))
                        .toList(),
                neighbours(features),
                contexts(survey, features));
    }

    private List<List<Neighbour>> neighbours(List<Integer> features) {
        WeightMatrix decoder = sae.sae().parts().decoder();
        return decoder == null
                ? Collections.nCopies(features.size(), List.of())
                : DecoderDirections.of(decoder).nearest(features, RELATIVES);
    }

    private Map<Long, TokenContext> contexts(FeatureSurvey survey, List<Integer> features) {
        Path tokens = options.tokens();
        if (tokens == null) {
            return Map.of();
        }
        TreeSet<Long> wanted = new TreeSet<>();
        features.forEach(feature ->
                survey.tally(feature).examples().forEach(example -> wanted.add(activations.number(example.token()))));
        return TokenTexts.around(tokens, activations.whole(), wanted, TOKENS_AROUND);
    }
}
