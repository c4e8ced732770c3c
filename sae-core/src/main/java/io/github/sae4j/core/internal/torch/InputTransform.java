package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.internal.host.KernelParts;
import io.github.sae4j.core.internal.host.NotFinite;
import org.jspecify.annotations.Nullable;

/**
 * What happens to activations before they are encoded, as kernels take it.
 *
 * @param dIn the width of an activation
 * @param dSae the number of features
 * @param scale what activations are multiplied by before all else, and reconstructions divided by
 * @param normalization what is done to each token
 * @param subtractsDecoderBias whether {@code b_dec} is subtracted
 * @param checksFinite whether NaN and infinity are looked for in activations
 * @param checksResults whether NaN and infinity are looked for in features and in what is decoded
 */
record InputTransform(
        int dIn,
        int dSae,
        double scale,
        Normalization normalization,
        boolean subtractsDecoderBias,
        boolean checksFinite,
        boolean checksResults) {

    static InputTransform of(KernelParts parts) {
        return new InputTransform(
                parts.config().dIn(),
                parts.config().dSae(),
                parts.inputScale(),
                parts.config().normalization(),
                parts.config().applyBDecToInput(),
                parts.checkFinite(),
                parts.checkFinite());
    }

    /** Returns a transform of the same sizes that only multiplies. */
    InputTransform onlyScaling(double factor) {
        return new InputTransform(dIn, dSae, factor, Normalization.NONE, false, false, checksResults);
    }

    /** Adds the width, what is done to each element and each token, and whether to look for NaN to a kernel's arguments. */
    Script.Call with(Script.Call call, TorchWeights weights) {
        return call.with(dIn)
                .with(weights.inputAffine())
                .with(scale)
                .with(normalizationCode())
                .with(checksFinite);
    }

    private int normalizationCode() {
        return switch (normalization) {
            case NONE, EXPECTED_AVERAGE_ONLY_IN -> 0;
            case CONSTANT_NORM_RESCALE -> 1;
            case LAYER_NORM -> 2;
        };
    }

    /**
     * Reads where a kernel found NaN or infinity in activations.
     *
     * @throws SaeException if it found any
     */
    void requireFinite(IValue found) {
        requireFinite(found, "activations", dIn);
    }

    /**
     * Reads where a kernel found NaN or infinity in dense features that it made.
     *
     * @throws NotFinite if it found any
     */
    void requireFiniteFeatures(long[] found) {
        if (found.length > 0) {
            throw NotFinite.feature(found[0] / dSae, found[0] % dSae);
        }
    }

    /**
     * Lets in what a kernel learnt of tokens that it could normalise: the squares of a large activation are beyond float32,
     * and divided by infinity it is 0.
     *
     * @throws NotFinite if a token's scale or shift is not finite
     */
    TensorEncoded requireNormalised(TensorEncoded encoded) {
        if (checksResults) {
            requireFinite(encoded.encoded().scale());
            requireFinite(encoded.encoded().shift());
        }
        return encoded;
    }

    private static void requireFinite(float @Nullable [] ofTokens) {
        for (int token = 0; ofTokens != null && token < ofTokens.length; token++) {
            if (!Float.isFinite(ofTokens[token])) {
                throw NotFinite.norm(token);
            }
        }
    }

    /**
     * Reads where a kernel found NaN or infinity in what it decoded.
     *
     * @throws NotFinite if it found any
     */
    static void requireFiniteDecoded(long[] found, int dOut) {
        if (found.length > 0) {
            throw NotFinite.decoded(found[0] / dOut, found[0] % dOut);
        }
    }

    static void requireFinite(IValue found, String what, int columns) {
        long[] bad = found.toLongArray();
        if (bad.length > 0) {
            throw notFinite(what, bad[0] / columns, bad[0] % columns);
        }
    }

    /** Returns what is thrown for a value that is NaN or infinite. */
    static SaeException notFinite(String what, long row, long column) {
        return new SaeException(
                SaeException.Reason.NOT_FINITE,
                "The " + what + " hold NaN or infinity at row " + row + ", column " + column
                        + ". Values must be finite unless the SAE was opened to allow others.");
    }
}
