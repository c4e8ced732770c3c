package io.github.sae4j.core.internal.vector;

import io.github.sae4j.core.internal.host.PreparedEncoder;
import io.github.sae4j.core.internal.host.SelectionRule;
import java.util.Arrays;

/**
 * What shows that a feature is not active, from a product of its weights in 8 bits.
 *
 * <p>Let {@code x} be a token and {@code x'} what was multiplied in its place, {@code w} a feature's weights and {@code w'}
 * those in 8 bits, {@code b} its bias. By the inequality of Cauchy and Schwarz
 *
 * <pre>{@code
 * |x·w - x'·w'| <= ||x|| ||w - w'|| + ||x - x'|| ||w'||        and ||w'|| <= ||w|| + ||w - w'||
 * }</pre>
 *
 * and a sum of {@code n} fused multiply-adds in float32 is within {@code ((1 + 2^-24)^n - 1) (|b| + ||x|| ||w||)} of what it
 * stands for (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1). So where
 *
 * <pre>{@code
 * x'·w' + ||x|| error + ||x - x'|| reach <= limit
 * }</pre>
 *
 * with {@code reach >= ||w||, ||w'||}, {@code error >= ||w - w'|| + slack · reach} and {@code limit <= above - b - slack · |b|},
 * the sum that every kernel adds up is not above what the feature must be above. The slack is of twice the
 * roundings of such a sum and of a hundred more, which is more than comparing takes.
 *
 * <p>A product of {@code x} and {@code w} themselves in float32, added up in any order, is within the same distance of
 * {@code x·w} as the sum is, so with it {@code closer = 2 slack ||w||} takes the place of {@code error}, and that of
 * {@code reach} is 0.
 *
 * <p>Where a rule keeps the strongest features by their sums, the same distance shows what a sum is at least, and so what as many
 * active features as are kept are not below: what cannot reach that is not among them. A feature counts only if what its sum is
 * at least is above what it must be above.
 *
 * <p>The sum of a token or a feature of zeros is the bias itself: the norm is 0, and nothing is added to the product. Other
 * numbers so large or so small that float32 may overflow, or lose more than roundings say, are not compared: such features are
 * always looked at, and such tokens never screened.
 */
final class ScreenBounds {

    private static final float SMALLEST = 0x1p-40f;
    private static final float LARGEST = 0x1p60f;

    /** With a larger one a sum may overflow on its way. */
    private static final float LARGEST_BIAS = 0x1p126f;

    private static final int MORE_ROUNDINGS = 100;

    /** Both a product with the stored weights and the sum itself are off by roundings, each by less than one slack. */
    private static final int CLOSER = 2;

    /** What the product of 8-bit numbers is multiplied by, {@code [d_sae]} and more. */
    final float[] scale;

    final float[] error;
    final float[] reach;
    final float[] limit;

    /** What a product with the stored weights may be off by, with the sum that it stands for, for a token of norm 1. */
    final float[] closerError;

    /** What the bias of a feature may make of its product at least and at most. */
    final float[] lowBias;

    final float[] highBias;

    /** What a sum must be above, {@code [d_sae]} and more. */
    final float[] above;

    ScreenBounds(PreparedEncoder encoder, SelectionRule rule) {
        int dSae = encoder.dSae();
        int length = (dSae + PreparedEncoder.WHOLE - 1) / PreparedEncoder.WHOLE * PreparedEncoder.WHOLE;
        double slack = slack(encoder.rows().columns());
        scale = new float[length];
        error = new float[length];
        reach = new float[length];
        limit = new float[length];
        closerError = new float[length];
        lowBias = new float[length];
        highBias = new float[length];
        // Places beyond the last feature are never open.
        Arrays.fill(limit, Float.POSITIVE_INFINITY);
        float[] bias = rule.bias();
        above = Arrays.copyOf(rule.activeAbove(), length);
        Arrays.fill(above, dSae, length, Float.POSITIVE_INFINITY);
        for (int feature = 0; feature < dSae; feature++) {
            float norm = encoder.norm(feature);
            double far = (double) norm + encoder.error(feature);
            scale[feature] = encoder.scale(feature);
            reach[feature] = up(far);
            boolean ordinary = isOrdinary(norm) && Math.abs(bias[feature]) <= LARGEST_BIAS;
            error[feature] = ordinary ? up(encoder.error(feature) + slack * reach[feature]) : Float.NaN;
            closerError[feature] = ordinary ? up(CLOSER * slack * norm) : Float.NaN;
            double biasSlack = slack * Math.abs((double) bias[feature]);
            lowBias[feature] = down(bias[feature] - biasSlack);
            highBias[feature] = up(bias[feature] + biasSlack);
            limit[feature] = down(above[feature] - (double) bias[feature] - biasSlack);
        }
    }

    /** Returns twice what {@code d_in} roundings and some more come to, relative to what is added up. */
    private static double slack(long dIn) {
        return 2 * (dIn + MORE_ROUNDINGS) * 0x1p-24;
    }

    /** Returns a number that the Euclidean norm of a token does not exceed. */
    static float norm(float[] x, int at, int dIn) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int k = 0;
        for (; k + 4 <= dIn; k += 4) {
            a += (double) x[at + k] * x[at + k];
            b += (double) x[at + k + 1] * x[at + k + 1];
            c += (double) x[at + k + 2] * x[at + k + 2];
            d += (double) x[at + k + 3] * x[at + k + 3];
        }
        for (; k < dIn; k++) {
            a += (double) x[at + k] * x[at + k];
        }
        return PreparedEncoder.rootUp(a + b + (c + d));
    }

    /** Returns whether products with a vector of such a norm neither overflow nor vanish. */
    static boolean isOrdinary(float norm) {
        return norm == 0 || (norm >= SMALLEST && norm <= LARGEST);
    }

    private static float up(double value) {
        float rounded = (float) value;
        return rounded >= value ? rounded : Math.nextUp(rounded);
    }

    private static float down(double value) {
        float rounded = (float) value;
        return rounded <= value ? rounded : Math.nextDown(rounded);
    }
}
