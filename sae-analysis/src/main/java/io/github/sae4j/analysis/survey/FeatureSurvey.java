package io.github.sae4j.analysis.survey;

import io.github.sae4j.analysis.evaluation.Firings;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.TokenBatch;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What the features of an SAE do on the tokens that go by, in one pass: how often each fires, how strongly, and where most.
 *
 * <p>How strongly and where most is told of the tokens on which it is above zero. A feature that never fires takes 8 bytes,
 * another some 600 and 12 for each example, however many tokens there are: 49,152 features with 20 examples each take about
 * 45 MB.
 *
 * <pre>{@code
 * FeatureSurvey survey = FeatureSurvey.ofAll(sae.config().dSae(), 10);
 * EncodingPass.of(reader, sae, 1024).encodeAll(survey::add);
 * List<Integer> strongest = survey.first(20, FeatureOrder.MAX);
 * }</pre>
 *
 * <p>Not for use by several threads at once.
 *
 * @since 0.1
 */
public final class FeatureSurvey {

    private final Firings firings;
    private final @Nullable FeatureTally[] tallies;
    private final int examples;
    private final boolean all;
    private long next;

    private FeatureSurvey(int dSae, int examples, boolean all) {
        if (examples < 1) {
            throw new IllegalArgumentException("At least 1 token is kept of each feature, not " + examples + ".");
        }
        this.firings = new Firings(dSae);
        this.tallies = new FeatureTally[dSae];
        this.examples = examples;
        this.all = all;
    }

    /**
     * Returns a survey of all features.
     *
     * @param dSae how many there are
     * @param examples how many tokens are kept of each, at least 1
     * @throws IllegalArgumentException if that is less than 1
     */
    public static FeatureSurvey ofAll(int dSae, int examples) {
        return new FeatureSurvey(dSae, examples, true);
    }

    /**
     * Returns a survey of some features; of the others only how often they fire.
     *
     * @param dSae how many there are
     * @param examples how many tokens are kept of each that is surveyed, at least 1
     * @param features those that are surveyed, each from 0 to {@code dSae - 1}
     * @throws IllegalArgumentException if less than 1 token is kept
     * @throws IndexOutOfBoundsException if there is no such feature
     */
    public static FeatureSurvey of(int dSae, int examples, List<Integer> features) {
        FeatureSurvey survey = new FeatureSurvey(dSae, examples, false);
        features.forEach(feature -> survey.tallies[Objects.checkIndex(feature, dSae)] = new FeatureTally(examples));
        return survey;
    }

    /**
     * Takes in the tokens that follow.
     *
     * @param batch the tokens; those that are skipped count nowhere, but have their numbers
     * @param features the features of all of them, none of those that are skipped
     */
    public void add(TokenBatch batch, SparseFeatures features) {
        firings.add(batch, features);
        IntBuffer indices = features.indices();
        FloatBuffer values = features.values();
        for (int token = 0; token < features.tokens(); token++) {
            for (int count = features.activeCount(token); count > 0; count--) {
                int feature = indices.get();
                float value = values.get();
                if (value > 0) {
                    add(feature, next + token, value);
                }
            }
        }
        next += features.tokens();
    }

    private void add(int feature, long token, float value) {
        FeatureTally tally = tallies[feature];
        if (tally == null && all) {
            tally = new FeatureTally(examples);
            tallies[feature] = tally;
        }
        if (tally != null) {
            tally.add(token, value);
        }
    }

    /** Returns how often each feature fires. */
    public Firings firings() {
        return firings;
    }

    /**
     * Returns what a feature did.
     *
     * @param feature one of those that are surveyed
     * @throws IllegalArgumentException if it is not
     */
    public FeatureTally tally(int feature) {
        FeatureTally tally = tallies[feature];
        if (tally == null && !all) {
            throw new IllegalArgumentException("Feature " + feature + " is not surveyed.");
        }
        return tally == null ? new FeatureTally(examples) : tally;
    }

    /**
     * Returns the features that come first among those that are surveyed and fire, the lower one first among equals.
     *
     * @param most how many at most
     * @param order what comes first
     */
    public List<Integer> first(int most, FeatureOrder order) {
        Comparator<Integer> rising = switch (order) {
            case MAX -> Comparator.comparing(feature -> tally(feature).max());
            case DENSITY -> Comparator.comparing(firings::count);
        };
        return IntStream.range(0, tallies.length)
                .filter(feature -> tallies[feature] != null && firings.count(feature) > 0)
                .boxed()
                .sorted(rising.reversed().thenComparing(Comparator.naturalOrder()))
                .limit(most)
                .toList();
    }
}
