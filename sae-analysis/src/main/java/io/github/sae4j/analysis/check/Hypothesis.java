package io.github.sae4j.analysis.check;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.Sentence;
import io.github.sae4j.data.Setting;
import io.github.sae4j.data.internal.norms.MedianNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Something that may be wrong with activations, and what they are if it is put right. */
final class Hypothesis {

    /** What a trained SAE's activations hardly ever exceed, and sinks do. */
    private static final double LONG = 10;

    /** Tokens that make up less of the variance than this hide nothing from a measure of all. */
    private static final double NOTABLE = 0.2;

    private final List<String> done;
    private final Sentence finding;
    private final Sample sample;

    private Hypothesis(List<String> done, Sentence finding, Sample sample) {
        this.done = done;
        this.finding = finding;
        this.sample = sample;
    }

    /** Returns the guess that nothing is wrong. */
    static Hypothesis nothing(Sample sample) {
        return new Hypothesis(List.of(), Sentence.of(), sample);
    }

    /** Returns what is put right, in a few words. */
    String name() {
        return done.isEmpty() ? HypothesisResult.AS_THEY_ARE : String.join(", ", done);
    }

    Sentence finding() {
        return finding;
    }

    /** Returns how many things are put right. */
    int remedies() {
        return done.size();
    }

    /** Returns the activations put right, {@code [tokens][d_in]}. */
    float[][] rows() {
        return sample.rows();
    }

    /** Returns the guess that the activations are for another SAE, and what this puts right is wrong too. */
    Hypothesis with(String other) {
        return and("with " + other, Sentence.of("they fit " + other + " better"), sample);
    }

    private Hypothesis and(String what, Sentence alsoFound, Sample put) {
        List<String> more = new ArrayList<>(done);
        more.add(what);
        return new Hypothesis(
                List.copyOf(more), done.isEmpty() ? alsoFound : Sentence.of(finding, "; and ", alsoFound), put);
    }

    /** Returns the guesses that only leave tokens out, on top of this one. */
    List<Hypothesis> withFewerTokens() {
        List<Hypothesis> guesses = new ArrayList<>();
        addIfFewer(
                guesses,
                and(
                        "without the first token of each sequence",
                        Sentence.of(
                                "the first token of each sequence, which is probably BOS, is unlike the others; leave it out with ",
                                Setting.SKIP_FIRST.of(1)),
                        sample.withoutFirst()));
        addIfFewer(
                guesses,
                and(
                        "without norms above 10 times the median",
                        Sentence.of(
                                "some tokens have huge norms; leave them out with ", Setting.MAX_NORM_MULTIPLE.of(10)),
                        sample.withoutLong(LONG)));
        return guesses;
    }

    private void addIfFewer(List<Hypothesis> guesses, Hypothesis guess) {
        int tokens = guess.rows().length;
        boolean same = guesses.stream().anyMatch(other -> other.rows().length == tokens);
        if (tokens > 0 && tokens < rows().length && !same) {
            guesses.add(guess);
        }
    }

    /**
     * Returns whether the tokens that a guess leaves out of this one make up so much of the variance that they hide what
     * else may be wrong.
     */
    boolean isHiding(Hypothesis fewer) {
        return fewer.sample.variation() < (1 - NOTABLE) * sample.variation();
    }

    /** Returns what there is to try with an SAE on top of this, beside leaving tokens out. */
    List<Hypothesis> changedFor(SparseAutoencoder sae) {
        SaeConfig config = sae.config();
        List<Hypothesis> guesses = new ArrayList<>();
        float[] bias = sae.parts().decoderBias();
        if (MedianNorm.of(bias) > 0 && bias.length == config.dIn()) {
            if (config.applyBDecToInput()) {
                addChanged(
                        guesses,
                        "b_dec added",
                        "b_dec seems to have been subtracted from the activations already, and the SAE subtracts it once more",
                        row -> combined(row, 1, bias, 1));
            } else {
                addChanged(
                        guesses,
                        "b_dec subtracted",
                        "this SAE subtracts no b_dec from what it reads, but these activations seem to need it",
                        row -> combined(row, 1, bias, -1));
            }
        }
        double factor = sae.normScalingFactor();
        if (factor != 1) {
            addChanged(
                    guesses,
                    "divided by the SAE's factor",
                    "the activations seem to be multiplied by the SAE's normalisation factor already, and the SAE does it"
                            + " once more",
                    row -> combined(row, 1 / factor, row, 0));
        }
        double toRoot = Math.sqrt(config.dIn()) / sample.meanNorm();
        addChanged(
                guesses,
                "scaled to a mean norm of sqrt(d_in)",
                "the SAE seems to be trained on activations scaled to a mean norm of sqrt(d_in), without saying so;"
                        + " multiply these by " + rounded(toRoot),
                row -> combined(row, toRoot, row, 0));
        addChanged(
                guesses,
                "each token scaled to a norm of sqrt(d_in)",
                "the SAE seems to be trained on tokens scaled one by one to a norm of sqrt(d_in), without saying so",
                row -> combined(row, Math.sqrt(config.dIn()) / Math.max(1e-30, MedianNorm.of(row)), row, 0));
        addChanged(
                guesses,
                "each token's mean subtracted",
                "the SAE seems to be trained on activations whose mean over d_in is 0, as TransformerLens makes them when it"
                        + " folds layer norms; subtract each token's mean",
                Hypothesis::centred);
        return guesses;
    }

    private void addChanged(List<Hypothesis> guesses, String what, String alsoFound, UnaryOperator<float[]> change) {
        if (!done.contains(what)) {
            guesses.add(and(what, Sentence.of(alsoFound), sample.changed(change)));
        }
    }

    private static float[] combined(float[] one, double ofOne, float[] other, double ofOther) {
        float[] sum = new float[one.length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (one[i] * ofOne + other[i] * ofOther);
        }
        return sum;
    }

    private static float[] centred(float[] row) {
        double mean = 0;
        for (float value : row) {
            mean += value;
        }
        mean /= row.length;
        float[] centred = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            centred[i] = (float) (row[i] - mean);
        }
        return centred;
    }

    private static String rounded(double number) {
        return String.format(Locale.ROOT, "%.4g", number);
    }
}
