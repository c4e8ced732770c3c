package io.github.sae4j.data.activations;

import io.github.sae4j.data.internal.norms.MedianNorm;

/**
 * The norm above which tokens are skipped.
 *
 * @param longest the largest norm that a token may have
 * @param skipped how many tokens are skipped, these and those that are for other reasons
 */
record NormLimit(double longest, long skipped) {

    private static final int BATCH = 64;

    /**
     * Reads all tokens for the median norm.
     *
     * @param request what is to be read, where tokens are skipped by their norms
     * @throws DataException if it cannot be read
     */
    static NormLimit of(ActivationRequest request) {
        InputRequirements expected = request.expected();
        InputRequirements anything = expected.withNonFinite(true);
        MedianNorm median = new MedianNorm();
        TokenBatch batch = TokenBatch.withCapacity(BATCH, expected.config().dIn());
        try (Activations all = Activations.open(new ActivationRequest(
                request.source(),
                request.wanted(),
                anything,
                request.range(),
                request.skipping().withoutNorm(),
                IdUse.NONE))) {
            for (all.next(batch, BATCH); batch.count() > 0; all.next(batch, BATCH)) {
                for (float[] row : batch.keptRows()) {
                    median.add(row);
                }
            }
            double longest = median.value() * request.skipping().maxNormMultiple();
            return new NormLimit(longest, all.skippedTokens() + median.above(longest));
        }
    }

    boolean isExceededBy(float[] activation) {
        return MedianNorm.isAbove(MedianNorm.of(activation), longest);
    }
}
