package io.github.sae4j.core.internal.torch;

import ai.djl.pytorch.jni.IValue;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeException;

/** What happens to activations before they are encoded, as kernels take it. */
final class InputTransform {

    private final SaeConfig config;
    private final double scale;
    private final boolean checkFinite;

    InputTransform(KernelParts parts) {
        this.config = parts.config();
        this.scale = parts.inputScale();
        this.checkFinite = parts.checkFinite();
    }

    /** Adds the width, the scale, the normalisation and whether to look for NaN to a kernel's arguments. */
    Script.Call with(Script.Call call) {
        return call.with(config.dIn()).with(scale).with(normalizationCode()).with(checkFinite);
    }

    /** Returns what activations are multiplied by before all else, and reconstructions divided by. */
    double scale() {
        return scale;
    }

    int dIn() {
        return config.dIn();
    }

    int dSae() {
        return config.dSae();
    }

    boolean checksFinite() {
        return checkFinite;
    }

    boolean subtractsDecoderBias() {
        return config.applyBDecToInput();
    }

    private int normalizationCode() {
        return switch (config.normalization()) {
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
        requireFinite(found, "activations", config.dIn());
    }

    static void requireFinite(IValue found, String what, int columns) {
        long[] bad = found.toLongArray();
        if (bad.length > 0) {
            throw new SaeException("The " + what + " hold NaN or infinity at row " + bad[0] / columns + ", column "
                    + bad[0] % columns + ". Values must be finite unless the SAE was opened to allow others.");
        }
    }
}
