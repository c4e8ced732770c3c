package io.github.sae4j.analysis.evaluation;

import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.data.activations.TokenBatch;
import java.util.Objects;
import java.util.Optional;

/**
 * How well activations are reconstructed, over all tokens, gathered in one pass: in float64 for each token, and exactly over the
 * tokens.
 *
 * <p>Explained variance is {@code 1 - sum |x - y|² / sum |x - m|²} with the mean activation {@code m} of all tokens;
 * the relative error is {@code sqrt(sum |x - y|² / sum |x|²)}.
 *
 * <pre>{@code
 * ReconstructionQuality quality = new ReconstructionQuality(sae.config().dIn());
 * quality.add(TokenBatch.of(activations), sae.reconstruct(activations));
 * double explained = quality.explainedVariance();
 * }</pre>
 *
 * <p>What is added over the tokens is summed without rounding (Neal 2015, arXiv 1505.05571). So every metric but the
 * {@linkplain #legacyExplainedVariance legacy one} is the same to the last bit in whatever batches and order the tokens come, and
 * on however many machines they are measured and then {@linkplain #add(ReconstructionQuality) added up}:
 *
 * <pre>{@code
 * ReconstructionQuality part = new ReconstructionQuality(sae.config().dIn());
 * part.add(TokenBatch.of(activations), sae.reconstruct(activations));
 * byte[] sent = part.toBytes();
 *
 * ReconstructionQuality all = new ReconstructionQuality(sae.config().dIn());
 * all.add(ReconstructionQuality.fromBytes(sent));
 * }</pre>
 *
 * <p>A token with an infinity or NaN, in its activation or reconstruction, makes every metric NaN.
 *
 * <p>Not for use by several threads at once while one of them adds something.
 *
 * @since 0.1
 */
public final class ReconstructionQuality {

    private static final String LETTERS = "SAEQ";
    private static final int VERSION = 1;

    private final int dIn;
    private final LegacyExplainedVariance legacy;
    private final SquaredDeviation deviation;
    private final ExactSum squaredError;
    private final ExactSum squaredOutput;
    private final ExactSum products;
    private final ExactSum cosines;
    private final ExactSum ratios;
    private long tokens;
    private long comparable;

    /**
     * Measures nothing yet.
     *
     * @param dIn the width of an activation
     */
    public ReconstructionQuality(int dIn) {
        this.dIn = dIn;
        this.legacy = new LegacyExplainedVariance();
        this.deviation = new SquaredDeviation(dIn);
        this.squaredError = new ExactSum();
        this.squaredOutput = new ExactSum();
        this.products = new ExactSum();
        this.cosines = new ExactSum();
        this.ratios = new ExactSum();
    }

    private ReconstructionQuality(StateReader in) {
        this.dIn = in.getSize();
        this.tokens = in.getCount();
        this.comparable = in.getCount();
        this.squaredError = ExactSum.read(in);
        this.squaredOutput = ExactSum.read(in);
        this.products = ExactSum.read(in);
        this.cosines = ExactSum.read(in);
        this.ratios = ExactSum.read(in);
        this.legacy = LegacyExplainedVariance.read(in);
        this.deviation = SquaredDeviation.read(in, dIn);
        in.requireEnd();
    }

    /** Measures nothing yet; empty for an SAE that does not reconstruct what it reads. */
    public static Optional<ReconstructionQuality> of(SparseAutoencoder sae) {
        return sae.capabilities().has(SaeCapability.DECODE) && !sae.config().isTranscoder()
                ? Optional.of(new ReconstructionQuality(sae.config().dIn()))
                : Optional.empty();
    }

    /**
     * Takes in the tokens of a batch that are not skipped.
     *
     * @param batch the tokens
     * @param reconstructed what the SAE makes of each, {@code [tokens][d_in]}, with rows for those that are skipped
     * @throws IllegalArgumentException if there are fewer or more, or one is not as wide as an activation
     */
    public void add(TokenBatch batch, float[][] reconstructed) {
        float[][] rows = batch.rows();
        requireShape("activations", rows, batch.count());
        requireShape("reconstructions", reconstructed, batch.count());
        if (batch.count() == 0) {
            return;
        }
        for (int token = 0; token < rows.length; token++) {
            if (!batch.isSkipped(token)) {
                add(rows[token], reconstructed[token]);
            }
        }
        legacy.add(batch, reconstructed);
    }

    private void requireShape(String name, float[][] rows, int tokens) {
        if (rows.length != tokens) {
            throw new IllegalArgumentException(
                    "The " + name + " must be of " + tokens + " tokens, but are of " + rows.length + ".");
        }
        for (float[] row : rows) {
            if (row.length != dIn) {
                throw new IllegalArgumentException(
                        "The " + name + " must be " + dIn + " wide, but one is " + row.length + ".");
            }
        }
    }

    /** Takes in one token. Two columns are added up at a time, because an addition waits for the one before. */
    private void add(float[] activation, float[] reconstruction) {
        double error = 0;
        double norm = 0;
        double outputNorm = 0;
        double product = 0;
        int column = 0;
        for (; column < dIn - 1; column += 2) {
            double x0 = activation[column];
            double y0 = reconstruction[column];
            double x1 = activation[column + 1];
            double y1 = reconstruction[column + 1];
            error += (x0 - y0) * (x0 - y0) + (x1 - y1) * (x1 - y1);
            norm += x0 * x0 + x1 * x1;
            outputNorm += y0 * y0 + y1 * y1;
            product += x0 * y0 + x1 * y1;
        }
        if (column < dIn) {
            double x = activation[column];
            double y = reconstruction[column];
            error += (x - y) * (x - y);
            norm += x * x;
            outputNorm += y * y;
            product += x * y;
        }
        tokens++;
        if (!Double.isFinite(norm) || !Double.isFinite(outputNorm)) {
            spoil();
            return;
        }
        squaredError.add(error);
        squaredOutput.add(outputNorm);
        products.add(product);
        deviation.add(activation);
        if (norm != 0) {
            comparable++;
            ratios.add(Math.sqrt(outputNorm / norm));
            cosines.add(outputNorm == 0 ? 0 : product / Math.sqrt(norm * outputNorm));
        }
    }

    /** An infinite activation whose reconstruction is zero would add zero to some sums. */
    private void spoil() {
        squaredError.add(Double.NaN);
        squaredOutput.add(Double.NaN);
        products.add(Double.NaN);
        cosines.add(Double.NaN);
        ratios.add(Double.NaN);
        deviation.addNonFinite();
    }

    /**
     * Takes in what another has measured, on other tokens, and leaves it as it is.
     *
     * @throws IllegalArgumentException if it is of activations of another width
     */
    public void add(ReconstructionQuality other) {
        requireSameWidth(other);
        tokens += other.tokens;
        comparable += other.comparable;
        squaredError.add(other.squaredError);
        squaredOutput.add(other.squaredOutput);
        products.add(other.products);
        cosines.add(other.cosines);
        ratios.add(other.ratios);
        legacy.add(other.legacy);
        deviation.add(other.deviation);
    }

    void requireSameWidth(ReconstructionQuality other) {
        Objects.requireNonNull(other, "other");
        if (other.dIn != dIn) {
            throw new IllegalArgumentException("Measures of activations that are " + dIn
                    + " wide cannot take in those of some that are " + other.dIn + ".");
        }
    }

    /** Returns the mean over the tokens of {@code |x - y|²}, NaN without tokens. */
    public double meanSquaredError() {
        return squaredError.value() / tokens;
    }

    /**
     * Returns the mean cosine of the angle between a token's activation and its reconstruction, 0 where that is zero,
     * without the tokens whose activation is zero.
     */
    public double cosine() {
        return cosines.value() / comparable;
    }

    /** Returns the mean over the tokens of {@code |y| / |x|}, without those whose activation is zero. */
    public double l2Ratio() {
        return ratios.value() / comparable;
    }

    /** Returns {@code sum |y|² / sum x·y}, 1 if nothing is shrunk (arXiv 2404.16014, equation 10). */
    public double relativeReconstructionBias() {
        double sum = products.value();
        return sum == 0 ? Double.NaN : squaredOutput.value() / sum;
    }

    /** Returns the explained variance, NaN if the activations do not vary. */
    public double explainedVariance() {
        double squaredDeviation = tokens == 0 ? 0 : deviation.value(tokens);
        return squaredDeviation == 0 ? Double.NaN : 1 - squaredError.value() / squaredDeviation;
    }

    /**
     * Returns the explained variance token by token, with the mean of each token's batch: it depends on which tokens were in a
     * batch together and in which order, but not on the order of the batches.
     */
    public double legacyExplainedVariance() {
        return legacy.mean();
    }

    /** Returns the relative error, NaN if the activations are all zero. */
    public double relativeError() {
        double squaredNorm = deviation.squaredNorm();
        return squaredNorm == 0 ? Double.NaN : Math.sqrt(squaredError.value() / squaredNorm);
    }

    /**
     * Returns what was measured in a form that keeps from version to version of this library, for another process to
     * {@linkplain #add(ReconstructionQuality) add}; {@link #fromBytes} reads it. Little-endian, some 10 bytes for each column of
     * an activation; what took in the same batches, in any order, is equal bytes.
     */
    public byte[] toBytes() {
        StateWriter out = new StateWriter(LETTERS, VERSION);
        out.putCount(dIn);
        out.putCount(tokens);
        out.putCount(comparable);
        squaredError.write(out);
        squaredOutput.write(out);
        products.write(out);
        cosines.write(out);
        ratios.write(out);
        legacy.write(out);
        deviation.write(out);
        return out.bytes();
    }

    /**
     * Returns what {@link #toBytes} wrote.
     *
     * @throws IllegalArgumentException if the bytes are none, cut, of a later form, or say what cannot be
     */
    public static ReconstructionQuality fromBytes(byte[] bytes) {
        return new ReconstructionQuality(new StateReader(bytes, LETTERS, VERSION, "measures of reconstructions"));
    }
}
