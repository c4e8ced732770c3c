package io.github.sae4j.loader.internal.format;

import io.github.sae4j.core.JumpRelu;
import io.github.sae4j.core.Relu;
import io.github.sae4j.core.SaeBuilder;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.TemporalPrediction;
import io.github.sae4j.core.TemporalPrediction.Layer;
import io.github.sae4j.core.TemporalPrediction.Linear;
import io.github.sae4j.core.TopK;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parts of a temporal SAE: attention layers, and mostly one matrix for encoding and decoding. */
final class TemporalRecipe {

    static final List<String> FIELDS =
            List.of("n_heads", "n_attn_layers", "bottleneck_factor", "sae_diff_type", "kval_topk", "tied_weights");

    private TemporalRecipe() {}

    static void add(SaeBuilder builder, Parts parts, Fields fields, SaeConfig config) {
        Weights weights = parts.weights();
        int dSae = config.dSae();
        boolean tied = !Boolean.FALSE.equals(fields.flag("tied_weights"));
        builder.encoder(
                tied
                        ? weights.matrix("W_dec", dSae, config.dIn()).transposed()
                        : weights.matrix("W_enc", config.dIn(), dSae));
        @Nullable String kind = fields.text("sae_diff_type");
        if ("topk".equals(kind)) {
            builder.activation(TopK.of(Math.min(fields.size("kval_topk"), dSae), new float[dSae]));
        } else if (kind == null || kind.equals("relu")) {
            builder.activation(Relu.of(new float[dSae]));
        } else if (kind.equals("batchtopk")) {
            builder.activation(JumpRelu.of(new float[dSae], weights.forEach("expected_min_act", dSae)));
        } else if (kind.equals("nullify")) {
            // No product is above the largest number, so no feature is ever active, and only the prediction is left.
            builder.activation(JumpRelu.of(new float[dSae], Float.MAX_VALUE));
        } else {
            throw fields.unsupported(
                    "sae_diff_type", Quoted.of(kind), "but only topk, relu, batchtopk and nullify are known.");
        }
        @Nullable Integer layers = fields.optionalSize("n_attn_layers");
        List<Layer> attention = new ArrayList<>();
        for (int layer = 0; layer < (layers == null ? 1 : layers); layer++) {
            String name = "attn_layers." + layer + ".";
            attention.add(new Layer(
                    linear(weights, name + "q_target", dSae),
                    linear(weights, name + "k_ctx", dSae),
                    linear(weights, name + "v_ctx", dSae),
                    linear(weights, name + "c_proj", dSae)));
        }
        builder.prediction(new TemporalPrediction(fields.size("n_heads"), attention));
    }

    private static Linear linear(Weights weights, String name, int inputs) {
        int outputs = weights.size(name + ".weight", 0);
        return new Linear(weights.matrix(name + ".weight", outputs, inputs), weights.vector(name + ".bias", outputs));
    }
}
