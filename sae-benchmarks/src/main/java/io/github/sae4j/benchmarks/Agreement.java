package io.github.sae4j.benchmarks;

import java.util.Locale;

/**
 * How close results are to a peer's: the same features, and the same values.
 *
 * @param active how many features both found
 * @param onlyOne how many features only one of both found, each as weak as rounding allows
 * @param worstError the largest relative error of a token, in the 2-norm
 */
record Agreement(long active, long onlyOne, double worstError) {

    /**
     * Compares features.
     *
     * @param tokens how many rows there are
     * @param ours what sae4j found
     * @param peer what the peer found
     * @param strongestOnly whether the rule keeps the strongest features of a token, so that its threshold is the weakest
     *     that is kept
     * @param thresholds else what each feature's value must be above; nothing if that is 0
     * @param tolerance how far from the threshold a feature may be that only one found, and how large the relative error
     *     of a token in the features that both found; where their norm is below 1, their error itself
     * @throws BenchmarkException if a difference is larger
     */
    static Agreement ofFeatures(
            int tokens, Rows ours, Rows peer, boolean strongestOnly, float[] thresholds, double tolerance) {
        Agreement total = new Agreement(0, 0, 0);
        for (int token = 0; token < tokens; token++) {
            float[] our = ours.row(token);
            float[] their = peer.row(token);
            total = total.plus(features(token, our, their, strongestOnly, thresholds, tolerance));
        }
        return total;
    }

    /**
     * Compares reconstructions.
     *
     * @param tokens how many rows there are
     * @param ours what sae4j computed
     * @param peer what the peer computed
     * @param tolerance how large the relative error of a token may be
     * @throws BenchmarkException if one is larger
     */
    static Agreement ofReconstructions(int tokens, Rows ours, Rows peer, double tolerance) {
        Agreement total = new Agreement(0, 0, 0);
        for (int token = 0; token < tokens; token++) {
            total = total.plus(new Agreement(0, 0, error(token, ours.row(token), peer.row(token), 0, tolerance)));
        }
        return total;
    }

    private static Agreement features(
            int token, float[] ours, float[] peer, boolean strongestOnly, float[] thresholds, double tolerance) {
        // Where there was no room for more, the weakest that one of them kept.
        boolean full = strongestOnly && count(ours) == count(peer);
        double weakest = full ? Math.min(weakest(ours), weakest(peer)) : 0;
        float[] ourCommon = ours.clone();
        float[] peerCommon = peer.clone();
        long active = 0;
        long onlyOne = 0;
        for (int feature = 0; feature < ours.length; feature++) {
            if (ours[feature] != 0 && peer[feature] != 0) {
                active++;
            } else if (ours[feature] != peer[feature]) {
                // Also true of NaN, which nothing below allows.
                double threshold = thresholds.length > 0 ? Math.max(weakest, thresholds[feature]) : weakest;
                double found = ours[feature] == 0 ? peer[feature] : ours[feature];
                if (!(Math.abs(found - threshold) <= tolerance)) {
                    throw new BenchmarkException(String.format(
                            Locale.ROOT,
                            "Token %d, feature %d: sae4j found %g and the peer %g, with the threshold %g.",
                            token,
                            feature,
                            ours[feature],
                            peer[feature],
                            threshold));
                }
                onlyOne++;
                ourCommon[feature] = 0;
                peerCommon[feature] = 0;
            }
        }
        return new Agreement(active, onlyOne, error(token, ourCommon, peerCommon, 1, tolerance));
    }

    private static int count(float[] features) {
        int count = 0;
        for (float value : features) {
            count += value == 0 ? 0 : 1;
        }
        return count;
    }

    private static double weakest(float[] features) {
        double weakest = Double.POSITIVE_INFINITY;
        for (float value : features) {
            if (value != 0) {
                weakest = Math.min(weakest, value);
            }
        }
        return weakest;
    }

    /** Returns the error relative to the peer's norm, or to {@code least} if that is larger. */
    private static double error(int token, float[] ours, float[] peer, double least, double tolerance) {
        if (ours.length != peer.length) {
            throw new BenchmarkException(
                    "Token " + token + " has " + ours.length + " values, but " + peer.length + " at the peer.");
        }
        double difference = 0;
        double norm = 0;
        for (int at = 0; at < ours.length; at++) {
            difference += Math.pow((double) ours[at] - peer[at], 2);
            norm += (double) peer[at] * peer[at];
        }
        double error = difference == 0 ? 0 : Math.sqrt(difference) / Math.max(Math.sqrt(norm), least);
        if (!(error <= tolerance)) {
            throw new BenchmarkException(String.format(
                    Locale.ROOT, "Token %d: the relative error is %.3g, above %.3g.", token, error, tolerance));
        }
        return error;
    }

    private Agreement plus(Agreement other) {
        return new Agreement(active + other.active, onlyOne + other.onlyOne, Math.max(worstError, other.worstError));
    }
}
