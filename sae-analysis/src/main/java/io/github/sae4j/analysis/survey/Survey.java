package io.github.sae4j.analysis.survey;

import io.github.sae4j.analysis.EncodingPass;
import io.github.sae4j.analysis.PassListener;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.ActivationReader;
import io.github.sae4j.data.tokens.TokenContext;
import io.github.sae4j.data.tokens.TokenTexts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * From activations to what the features of an SAE did on them: how often each fires, how strongly, where most, with which
 * others, and whose decoder rows are nearest.
 *
 * <pre>{@code
 * Supplier<ActivationReader> open = () -> Activations.from(Path.of("x.safetensors")).openFor(sae);
 * try (ActivationReader reader = open.get()) {
 *     SurveyResult result = Survey.of(sae).examples(5).first(20, reader, open);
 *     result.features().forEach(feature -> System.out.println(feature.feature() + " " + feature.tally().max()));
 * }
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class Survey {

    /** How many features can be chosen: of each, co-firing is counted with every feature there is. */
    public static final int MOST_FEATURES = 256;

    private static final int TOKENS_AROUND = 8;
    private static final int RELATIVES = 5;

    private final SparseAutoencoder sae;
    private int batchTokens = 1024;
    private int examples = 10;
    private FeatureOrder order = FeatureOrder.MAX;
    private @Nullable Path tokens;
    private PassListener listener = PassListener.NONE;

    private Survey(SparseAutoencoder sae) {
        this.sae = sae;
    }

    /** Returns a survey of an SAE, which the caller closes. */
    public static Survey of(SparseAutoencoder sae) {
        return new Survey(Objects.requireNonNull(sae, "sae"));
    }

    /** Sets how many tokens are in memory at a time (default: 1024). */
    public Survey batchTokens(int count) {
        batchTokens = positive(count);
        return this;
    }

    /** Sets how many tokens are kept of each feature (default: 10). */
    public Survey examples(int count) {
        examples = positive(count);
        return this;
    }

    /** Sets which features come first (default: those with the largest value). */
    public Survey order(FeatureOrder first) {
        order = Objects.requireNonNull(first, "first");
        return this;
    }

    /**
     * Sets the file of the tokens' texts, to show examples in their context (default: none).
     *
     * @param file JSON lines or Parquet, as {@link TokenTexts} reads it
     */
    public Survey tokens(Path file) {
        tokens = Objects.requireNonNull(file, "file");
        return this;
    }

    /** Sets the progress listener (default: none). */
    public Survey listener(PassListener told) {
        listener = Objects.requireNonNull(told, "told");
        return this;
    }

    /** Returns the SAE. */
    public SparseAutoencoder sae() {
        return sae;
    }

    /** Returns which features come first. */
    public FeatureOrder order() {
        return order;
    }

    /** Returns the file of the tokens' texts, if there is one. */
    public Optional<Path> tokens() {
        return Optional.ofNullable(tokens);
    }

    /**
     * Surveys chosen features, in one pass.
     *
     * @param features at most {@value #MOST_FEATURES}, each from 0 to {@code d_sae - 1}
     * @param activations the tokens, which are read to their end
     * @throws IllegalArgumentException if there are more features
     * @throws SaeException if the SAE does not have one of them
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     */
    public SurveyResult named(List<Integer> features, ActivationReader activations) {
        int dSae = sae.config().dSae();
        requireFew(features.size());
        features.forEach(feature -> requireFeature(feature, dSae));
        @Nullable TokenTexts texts = texts(activations);
        FeatureSurvey survey = FeatureSurvey.of(dSae, examples, features);
        CoFirings coFirings = CoFirings.of(dSae, features);
        EncodingPass.Step step = (batch, active) -> {
            survey.add(batch, active);
            coFirings.add(active);
        };
        pass(activations, "encoding", (pass, progress) -> pass.encodeNext(Long.MAX_VALUE, progress, step));
        return result(activations, survey, features, coFirings, texts);
    }

    /**
     * Surveys the features that come first, in two passes.
     *
     * @param most how many at most, up to {@value #MOST_FEATURES}
     * @param activations the tokens, which are read to their end
     * @param again opens the same tokens once more, in a reader of their own
     * @throws IllegalArgumentException if more features are asked for, or {@code again} gives fewer or more tokens
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     */
    public SurveyResult first(int most, ActivationReader activations, Supplier<? extends ActivationReader> again) {
        return first(most, activations, again, (batch, active) -> {});
    }

    /**
     * Surveys the features that come first, in two passes, and does something else with each batch of the first of them.
     *
     * @param most how many at most, up to {@value #MOST_FEATURES}
     * @param activations the tokens, which are read to their end
     * @param again opens the same tokens once more, in a reader of their own
     * @param beside is given each batch of the first pass in turn, in another thread
     * @throws IllegalArgumentException if more features are asked for, or {@code again} gives fewer or more tokens
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     * @throws java.io.UncheckedIOException if {@code beside} throws an {@link java.io.IOException}
     */
    public SurveyResult first(
            int most,
            ActivationReader activations,
            Supplier<? extends ActivationReader> again,
            EncodingPass.Step beside) {
        return inTwoPasses(most, activations, again, (pass, progress, survey) -> {
            pass.encodeNext(Long.MAX_VALUE, progress, (batch, active) -> {
                survey.add(batch, active);
                beside.take(batch, active);
            });
        });
    }

    /**
     * Surveys the features that come first, in two passes, of which the first decodes each batch too and does something else
     * with it, for example:
     *
     * <pre>{@code
     * ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
     * SurveyResult result = Survey.of(sae).forwardFirst(
     *         20, reader, open, (batch, forward) -> quality.add(batch, forward.reconstruction()));
     * }</pre>
     *
     * @param most how many at most, up to {@value #MOST_FEATURES}
     * @param activations the tokens, which are read to their end
     * @param again opens the same tokens once more, in a reader of their own
     * @param beside is given each batch of the first pass in turn, in another thread
     * @throws IllegalArgumentException if more features are asked for, or {@code again} gives fewer or more tokens
     * @throws io.github.sae4j.data.DataException if the activations or the texts cannot be read
     * @throws java.io.UncheckedIOException if {@code beside} throws an {@link java.io.IOException}
     * @throws SaeException if the SAE cannot decode
     */
    public SurveyResult forwardFirst(
            int most,
            ActivationReader activations,
            Supplier<? extends ActivationReader> again,
            EncodingPass.ForwardStep beside) {
        return inTwoPasses(most, activations, again, (pass, progress, survey) -> {
            pass.forwardNext(Long.MAX_VALUE, progress, (batch, forward) -> {
                survey.add(batch, forward.features());
                beside.take(batch, forward);
            });
        });
    }

    /** Goes over all tokens and adds each batch to the survey. */
    @FunctionalInterface
    private interface FirstPass {

        void run(EncodingPass pass, IntConsumer progress, FeatureSurvey survey);
    }

    private SurveyResult inTwoPasses(
            int most, ActivationReader activations, Supplier<? extends ActivationReader> again, FirstPass first) {
        requireFew(most);
        @Nullable TokenTexts texts = texts(activations);
        int dSae = sae.config().dSae();
        FeatureSurvey survey = FeatureSurvey.ofAll(dSae, examples);
        long tokensOfFirst = pass(activations, "encoding", (pass, progress) -> first.run(pass, progress, survey));
        List<Integer> features = survey.first(most, order);
        CoFirings coFirings = CoFirings.of(dSae, features);
        EncodingPass.Step counting = (batch, active) -> coFirings.add(active);
        try (ActivationReader second = again.get()) {
            long tokensOfSecond =
                    pass(second, "counting", (pass, progress) -> pass.encodeNext(Long.MAX_VALUE, progress, counting));
            if (tokensOfSecond != tokensOfFirst) {
                throw new IllegalArgumentException("The first pass read " + tokensOfFirst + " tokens, but the second "
                        + tokensOfSecond + ": it needs a reader of its own, of the same tokens.");
            }
        }
        return result(activations, survey, features, coFirings, texts);
    }

    private static int positive(int count) {
        if (count < 1) {
            throw new IllegalArgumentException("At least 1 is needed, not " + count + ".");
        }
        return count;
    }

    private static void requireFeature(int feature, int dSae) {
        if (feature < 0 || feature >= dSae) {
            throw new SaeException("There is no feature " + feature + ": d_sae is " + dSae + ".");
        }
    }

    private static void requireFew(int features) {
        if (features > MOST_FEATURES) {
            throw new IllegalArgumentException(
                    "At most " + MOST_FEATURES + " features can be surveyed, not " + features + ".");
        }
    }

    private @Nullable TokenTexts texts(ActivationReader activations) {
        return tokens == null ? null : TokenTexts.of(tokens, activations.whole());
    }

    /** Returns how many tokens were passed over. */
    private long pass(ActivationReader activations, String task, BiConsumer<EncodingPass, IntConsumer> withProgress) {
        EncodingPass pass = EncodingPass.of(activations, sae, batchTokens);
        AtomicLong done = new AtomicLong();
        try (PassListener.Progress progress =
                listener.begin(task, activations.layout().tokens())) {
            withProgress.accept(pass, count -> {
                done.addAndGet(count);
                progress.advance(count);
            });
        }
        return done.get();
    }

    private SurveyResult result(
            ActivationReader activations,
            FeatureSurvey survey,
            List<Integer> features,
            CoFirings coFirings,
            @Nullable TokenTexts texts) {
        List<List<Neighbour>> neighbours = neighbours(features);
        List<SurveyedFeature> surveyed = new ArrayList<>();
        for (int i = 0; i < features.size(); i++) {
            int feature = features.get(i);
            surveyed.add(new SurveyedFeature(
                    feature,
                    survey.tally(feature),
                    coFirings.strongest(feature, survey.firings(), RELATIVES),
                    neighbours.get(i)));
        }
        Map<Long, TokenContext> contexts = texts == null ? Map.of() : contexts(activations, surveyed, texts);
        return new SurveyResult(activations, survey, surveyed, contexts);
    }

    private List<List<Neighbour>> neighbours(List<Integer> features) {
        return sae.parts()
                .decoder()
                .map(decoder -> DecoderDirections.of(decoder).nearest(features, RELATIVES))
                .orElseGet(() -> Collections.nCopies(features.size(), List.of()));
    }

    private static Map<Long, TokenContext> contexts(
            ActivationReader activations, List<SurveyedFeature> features, TokenTexts texts) {
        TreeSet<Long> wanted = new TreeSet<>();
        features.forEach(feature ->
                feature.tally().examples().forEach(example -> wanted.add(activations.number(example.token()))));
        return texts.around(wanted, TOKENS_AROUND);
    }
}
