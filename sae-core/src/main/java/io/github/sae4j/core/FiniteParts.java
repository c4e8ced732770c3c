package io.github.sae4j.core;

import java.util.List;
import java.util.OptionalLong;

/** Refuses NaN and infinity in the parts that an SAE is built from. */
final class FiniteParts {

    private FiniteParts() {}

    /**
     * Checks parts.
     *
     * @throws SaeException if a part is not finite
     */
    static void require(SaeParts parts) {
        requireFinite(parts.decoderBias(), "b_dec");
        if (parts.activation() instanceof BlockRule rule) {
            requireFinite(rule.bias(), "The bias of the activation rule");
            List<float[]> parameters = rule.parameters();
            for (int i = 0; i < parameters.size(); i++) {
                requireFinite(parameters.get(i), "Parameter " + (i + 1) + " of the activation rule");
            }
        }
        parts.encoder().ifPresent(encoder -> requireFinite(encoder, "W_enc"));
        parts.decoder().ifPresent(decoder -> requireFinite(decoder, "W_dec"));
        parts.skip().ifPresent(skip -> requireFinite(skip, "W_skip"));
        parts.prediction().ifPresent(FiniteParts::requireFinite);
    }

    private static void requireFinite(TemporalPrediction prediction) {
        for (int layer = 0; layer < prediction.layers().size(); layer++) {
            TemporalPrediction.Layer attention = prediction.layers().get(layer);
            String of = " of attention layer " + layer;
            requireFinite(attention.query(), "q_target" + of);
            requireFinite(attention.key(), "k_ctx" + of);
            requireFinite(attention.value(), "v_ctx" + of);
            requireFinite(attention.projection(), "c_proj" + of);
        }
    }

    private static void requireFinite(TemporalPrediction.Linear linear, String name) {
        requireFinite(linear.weight(), name);
        requireFinite(linear.bias(), "The bias of " + name);
    }

    private static void requireFinite(float[] values, String name) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw refused(name, values[i], "[" + i + "]");
            }
        }
    }

    private static void requireFinite(WeightMatrix matrix, String name) {
        OptionalLong found = matrix.firstNonFinite();
        if (found.isPresent()) {
            long row = found.getAsLong() / matrix.storedColumns();
            long column = found.getAsLong() % matrix.storedColumns();
            boolean turned = matrix.isTransposed();
            long ownRow = turned ? column : row;
            long ownColumn = turned ? row : column;
            throw refused(name, matrix.get(ownRow, ownColumn), "[" + ownRow + ", " + ownColumn + "]");
        }
    }

    private static SaeException refused(String name, float value, String place) {
        return new SaeException(
                SaeException.Reason.NOT_FINITE,
                name + " holds " + value + " at " + place
                        + ". Weights must be finite unless the SAE is opened to allow others.");
    }
}
