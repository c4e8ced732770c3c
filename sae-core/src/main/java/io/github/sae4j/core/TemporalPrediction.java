package io.github.sae4j.core;

import java.util.List;

/**
 * The part of a temporal SAE that predicts a token's activation from the tokens before it; features are then those of
 * what is new, {@code novel = rule(r W_enc / (4 d_in))}.
 *
 * <p>With {@code r = x'} to begin with, for each attention layer: {@code z = max(0, r W_enc / (4 d_in))}, causal
 * attention with queries of {@code z}, and keys and values of {@code z} of the token before (zeros for the first);
 * {@code p = max(0, projection(attention))}, {@code d = p W_dec}, {@code a = (d . r) / (||d|| + 1e-6)}<sup>2</sup>,
 * {@code r -= a d}. The predicted part of a reconstruction is the sum of all {@code a d}.
 *
 * <p>As in SAELens's {@code TemporalSAE.encode_with_predictions}, and in Lubana et al., "Priors in Time: Missing
 * Inductive Biases for Language Model Interpretability" (arXiv 2511.01836). SAELens's
 * {@code activation_normalization_factor} is {@link SaeBuilder#normScalingFactor}, tied weights are an encoder that is
 * the decoder {@linkplain WeightMatrix#transposed() transposed}, and the rule is {@link Relu} or {@link TopK} with a
 * bias of zeros.
 *
 * <p>Sequences are taken one after the other, each in chunks of tokens; the values of a sequence, {@code [tokens + 1,
 * d_sae]} in float32, are held as a whole.
 *
 * <pre>{@code
 * TemporalPrediction prediction = sae.parts().prediction().orElseThrow();
 * int width = prediction.layers().get(0).query().bias().length;
 * System.out.println(prediction.heads() + " heads, each with queries of the width " + width / prediction.heads());
 * ForwardPass pass = sae.forwardSequence(activations);         // the tokens of one text, in its order
 * }</pre>
 *
 * <p>Immutable, and so safe for use by several threads.
 *
 * @param heads the number of attention heads, which divides the width of queries and {@code d_sae}
 * @param layers the attention layers, at least one
 * @since 0.1
 */
public record TemporalPrediction(int heads, List<Layer> layers) {

    /**
     * Checks the number of heads and copies the list.
     *
     * @throws SaeException if {@code heads} is below 1 or {@code layers} has no layer
     */
    public TemporalPrediction {
        if (heads < 1) {
            throw new SaeException("The number of attention heads must be at least 1, but is " + heads + ".");
        }
        SaeException.requirePresent(layers, "layers");
        layers.forEach(layer -> SaeException.requirePresent(layer, "layer"));
        if (layers.isEmpty()) {
            throw new SaeException("A temporal prediction needs at least one attention layer.");
        }
        layers = List.copyOf(layers);
    }

    /**
     * A linear map {@code y = x weight}<sup>T</sup>{@code  + bias}. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * WeightMatrix weight = WeightMatrix.of(new float[][] {{1, 0}, {0, 1}});
     * TemporalPrediction.Linear identity = new TemporalPrediction.Linear(weight, new float[2]);
     * }</pre>
     *
     * @param weight {@code [outputs, inputs]}
     * @param bias {@code [outputs]}; copied
     * @since 0.1
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Linear(WeightMatrix weight, float[] bias) {

        /**
         * Checks that both parts fit each other.
         *
         * @throws SaeException if they do not, or one is missing
         */
        public Linear {
            SaeException.requirePresent(weight, "weight");
            SaeException.requirePresent(bias, "bias");
            if (weight.rows() != bias.length) {
                throw new SaeException("A linear map has a weight with " + weight.rows() + " rows, but a bias with "
                        + bias.length + " values.");
            }
            bias = bias.clone();
        }

        /** Returns a copy of the bias, {@code [outputs]}. */
        @Override
        public float[] bias() {
            return bias.clone();
        }

        private void requireShape(String name, int outputs, int inputs) {
            if (bias.length != outputs || weight.columns() != inputs) {
                throw new SaeException(name + " has a weight of the shape [" + weight.rows() + ", " + weight.columns()
                        + "], but must have [" + outputs + ", " + inputs + "].");
            }
        }
    }

    /**
     * An attention layer. Immutable, and so safe for use by several threads.
     *
     * <pre>{@code
     * for (TemporalPrediction.Layer layer : sae.parts().prediction().orElseThrow().layers()) {
     *     System.out.println("queries of the width " + layer.query().bias().length);
     * }
     * }</pre>
     *
     * @param query {@code q_target}, from {@code d_sae} to a smaller width
     * @param key {@code k_ctx}, to the same width
     * @param value {@code v_ctx}, from {@code d_sae} to {@code d_sae}
     * @param projection {@code c_proj}, from {@code d_sae} to {@code d_sae}
     * @since 0.1
     */
    public record Layer(Linear query, Linear key, Linear value, Linear projection) {

        /**
         * Checks that no part is missing.
         *
         * @throws SaeException if one is
         */
        public Layer {
            SaeException.requirePresent(query, "query");
            SaeException.requirePresent(key, "key");
            SaeException.requirePresent(value, "value");
            SaeException.requirePresent(projection, "projection");
        }
    }

    void requireFitting(SaeConfig config) {
        int dSae = config.dSae();
        for (Layer layer : layers) {
            int width = layer.query().bias.length;
            layer.query().requireShape("q_target", width, dSae);
            layer.key().requireShape("k_ctx", width, dSae);
            layer.value().requireShape("v_ctx", dSae, dSae);
            layer.projection().requireShape("c_proj", dSae, dSae);
            if (width % heads != 0 || dSae % heads != 0) {
                throw new SaeException(heads + " attention heads do not divide the width of queries, " + width
                        + ", and d_sae = " + dSae + ".");
            }
        }
    }
}
