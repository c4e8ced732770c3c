package io.github.sae4j.core;

/**
 * What an SAE can or cannot do, by its kind; {@link SaeCapabilities} has the reasons.
 *
 * <pre>{@code
 * SparseFeatures features = sae.capabilities().has(SaeCapability.ENCODE_SOME_FEATURES)
 *         ? sae.encode(activations, sae.featureSet(1234))
 *         : sae.encode(activations);
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @since 0.1
 */
public enum SaeCapability {

    /** Encodes each token alone; without it a token's features depend on those before, and whole sequences are taken. */
    ENCODE_TOKENS,

    /** Decodes features; a few SAEs are published for their features only. */
    DECODE,

    /**
     * What features decode to is the whole reconstruction; without it {@link SparseAutoencoder#forward} adds what comes from the
     * activations themselves, a skip term or a predicted part.
     */
    DECODE_WHOLLY,

    /** Brings decoder rows to the norm 1, see {@link SparseAutoencoder#foldDecoderNorms}. */
    FOLD_DECODER_NORMS,

    /** Encodes some features only, see {@link SparseAutoencoder#featureSet}. */
    ENCODE_SOME_FEATURES
}
