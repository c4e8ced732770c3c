package io.github.sae4j.analysis;

import io.github.sae4j.core.InverseTransform;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.data.activations.TokenBatch;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.jspecify.annotations.Nullable;

/** Gives the tokens that are skipped rows without features, so that the others stay at their positions. */
final class SkippedTokens {

    private SkippedTokens() {}

    /**
     * Puts empty rows between those of the tokens that were kept.
     *
     * @param kept the features of the tokens that are not skipped
     * @param batch all tokens
     * @param config the SAE's
     * @return the features of all tokens; a skipped one decodes to the decoder's bias
     */
    static SparseFeatures insert(SparseFeatures kept, TokenBatch batch, SaeConfig config) {
        if (batch.keptCount() == batch.count()) {
            return kept;
        }
        int[] counts = new int[batch.count()];
        int row = 0;
        for (int token = 0; token < counts.length; token++) {
            counts[token] = batch.isSkipped(token) ? 0 : kept.activeCount(row++);
        }
        return rows(kept, counts, kept.indices(), kept.values(), inverse(kept.inverseTransform(), batch, config));
    }

    private static InverseTransform inverse(InverseTransform kept, TokenBatch batch, SaeConfig config) {
        Normalization normalization = config.undoneNormalization();
        if (!normalization.isPerToken()) {
            return InverseTransform.of(kept.heads());
        }
        float[] scale = spread(kept.scale().orElse(null), batch, 1);
        return normalization == Normalization.LAYER_NORM
                ? InverseTransform.of(kept.heads(), scale, spread(kept.shift().orElse(null), batch, 0))
                : InverseTransform.of(kept.heads(), scale);
    }

    /**
     * Takes the features of skipped tokens away, where the tokens after them needed them to be encoded.
     *
     * @param all the features of all tokens
     * @param batch the tokens
     */
    static SparseFeatures empty(SparseFeatures all, TokenBatch batch) {
        if (batch.keptCount() == batch.count()) {
            return all;
        }
        int[] counts = new int[batch.count()];
        IntBuffer indices = IntBuffer.allocate(all.activeCount());
        FloatBuffer values = FloatBuffer.allocate(all.activeCount());
        IntBuffer offsets = all.rowOffsets();
        for (int token = 0; token < counts.length; token++) {
            if (!batch.isSkipped(token)) {
                counts[token] = all.activeCount(token);
                indices.put(all.indices().slice(offsets.get(token), counts[token]));
                values.put(all.values().slice(offsets.get(token), counts[token]));
            }
        }
        return rows(all, counts, indices.flip(), values.flip(), all.inverseTransform());
    }

    /** Returns the same tokens without their features, to be decoded as they are. */
    static SparseFeatures none(SparseFeatures like) {
        InverseTransform inverse = like.inverseTransform();
        return rows(like, new int[like.tokens()], IntBuffer.allocate(0), FloatBuffer.allocate(0), inverse);
    }

    private static SparseFeatures rows(
            SparseFeatures like, int[] counts, IntBuffer indices, FloatBuffer values, InverseTransform inverse) {
        int[] offsets = new int[counts.length + 1];
        for (int token = 0; token < counts.length; token++) {
            offsets[token + 1] = offsets[token] + counts[token];
        }
        int[] allIndices = new int[indices.remaining()];
        float[] allValues = new float[values.remaining()];
        indices.get(allIndices);
        values.get(allValues);
        return SparseFeatures.of(like.dSae(), new long[] {counts.length}, offsets, allIndices, allValues, inverse);
    }

    /** Where every token is skipped, none has given a number. */
    private static float[] spread(float @Nullable [] kept, TokenBatch batch, float skipped) {
        float[] all = new float[batch.count()];
        int row = 0;
        for (int token = 0; token < all.length; token++) {
            all[token] = batch.isSkipped(token) || kept == null ? skipped : kept[row++];
        }
        return all;
    }
}
