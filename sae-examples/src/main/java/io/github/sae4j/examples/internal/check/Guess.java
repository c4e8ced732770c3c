package io.github.sae4j.examples.internal.check;

import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.examples.internal.input.MedianNorm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** Something that may be wrong with activations, and what they are if it is put right. */
final class Guess {

    /** What a trained SAE's activations hardly ever exceed, and sinks do. */
    private static final double LONG = 10;

    private final String name;
    private final String finding;
    private final float[][] rows;

    /**
     * Makes a guess.
     *
     * @param name what is tried, in a few words
     * @param finding the sentence for a file of which it is true
     * @param rows the activations put right, {@code [tokens][d_in]}
     */
    Guess(String name, String finding, float[][] rows) {
        this.name = name;
        this.finding = finding;
        this.rows = rows;
    }

    String name() {
        return name;
    }

    String finding() {
        return finding;
    }

    /** Returns the activations put right, {@code [tokens][d_in]}. */
    float[][] rows() {
        return rows;
    }

    /** Returns what there is to try with an SAE, as they are first. */
    static List<Guess> of(Sample sample, SparseAutoencoder sae) {
        SaeConfig config = sae.config();
        List<Guess> guesses = new ArrayList<>();
        guesses.add(new Guess("as they are", "", sample.rows()));
        addIfFewer(
                guesses,
                sample,
                new Guess(
                        "without the first token of each sequence",
                        "the first token of each sequence, which is probably BOS, is unlike the others; leave it out with"
                                + " --skip-first 1",
                        sample.withoutFirst()));
        addIfFewer(
                guesses,
                sample,
                new Guess(
                        "without norms above 10 times the median",
                        "some tokens have huge norms; leave them out with --max-norm-multiple 10",
                        sample.withoutLong(LONG)));
        float[] bias = sae.parts().decoderBias();
        if (MedianNorm.of(bias) > 0 && bias.length == config.dIn()) {
            if (config.applyBDecToInput()) {
                guesses.add(changed(
                        "b_dec added",
                        "b_dec seems to have been subtracted from the activations already, and the SAE subtracts it once more",
                        sample,
                        row -> combined(row, 1, bias, 1)));
            } else {
                guesses.add(changed(
                        "b_dec subtracted",
                        "this SAE subtracts no b_dec from what it reads, but these activations seem to need it",
                        sample,
                        row -> combined(row, 1, bias, -1)));
            }
        }
        double factor = sae.normScalingFactor();
        if (factor != 1) {
            guesses.add(changed(
                    "divided by the SAE's factor",
                    "the activations seem to be multiplied by the SAE's normalisation factor already, and the SAE does it"
                            + " once more",
                    sample,
                    row -> combined(row, 1 / factor, row, 0)));
        }
        double toRoot = Math.sqrt(config.dIn()) / sample.meanNorm();
        guesses.add(changed(
                "scaled to a mean norm of sqrt(d_in)",
                "the SAE seems to be trained on activations scaled to a mean norm of sqrt(d_in), without saying so;"
                        + " multiply these by " + rounded(toRoot),
                sample,
                row -> combined(row, toRoot, row, 0)));
        guesses.add(changed(
                "each token scaled to a norm of sqrt(d_in)",
                "the SAE seems to be trained on tokens scaled one by one to a norm of sqrt(d_in), without saying so",
                sample,
                row -> combined(row, Math.sqrt(config.dIn()) / Math.max(1e-30, MedianNorm.of(row)), row, 0)));
        guesses.add(changed(
                "each token's mean subtracted",
                "the SAE seems to be trained on activations whose mean over d_in is 0, as TransformerLens makes them when it"
                        + " folds layer norms; subtract each token's mean",
                sample,
                Guess::centred));
        return guesses;
    }

    private static void addIfFewer(List<Guess> guesses, Sample sample, Guess guess) {
        if (guess.rows().length > 0 && guess.rows().length < sample.rows().length) {
            guesses.add(guess);
        }
    }

    private static Guess changed(String name, String finding, Sample sample, UnaryOperator<float[]> change) {
        return new Guess(name, finding, Arrays.stream(sample.rows()).map(change).toArray(float[][]::new));
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
