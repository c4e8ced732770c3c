package io.github.sae4j.core;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.fixtures.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.List;

/** Builds an SAE from a reference case's files, with just enough of a reader. */
final class ReferenceSae {

    private final ReferenceCase reference;
    private final JsonObject json;

    private ReferenceSae(ReferenceCase reference) {
        this.reference = reference;
        try {
            this.json = JsonParser.parseString(
                            Files.readString(reference.folder().resolve("cfg.json")))
                    .getAsJsonObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SparseAutoencoder open(ReferenceCase reference) {
        return builder(reference).build();
    }

    static SaeBuilder builder(ReferenceCase reference) {
        return new ReferenceSae(reference).builder();
    }

    private SaeBuilder builder() {
        SaeConfig config = config();
        SaeBuilder builder = SparseAutoencoder.builder(config)
                .decoder(matrix("W_dec"))
                .decoderBias(vector("b_dec"))
                .activation(activation(config));
        // Temporal SAEs are libtorch's always.
        if (!config.architecture().label().equals("temporal")) {
            EachKernelTest.withKernel(builder);
        }
        return switch (config.architecture().label()) {
            case "matching_pursuit" -> builder;
            case "temporal" -> temporal(builder);
            case "skip_transcoder", "jumprelu_skip_transcoder" ->
                builder.encoder(matrix("W_enc")).skip(matrix("W_skip"));
            default -> builder.encoder(matrix("W_enc"));
        };
    }

    private SaeBuilder temporal(SaeBuilder builder) {
        String layer = "attn_layers.0.";
        return builder.encoder(matrix("W_dec").transposed())
                .normScalingFactor(json.get("activation_normalization_factor").getAsDouble())
                .prediction(new TemporalPrediction(
                        json.get("n_heads").getAsInt(),
                        List.of(new TemporalPrediction.Layer(
                                linear(layer + "q_target"),
                                linear(layer + "k_ctx"),
                                linear(layer + "v_ctx"),
                                linear(layer + "c_proj")))));
    }

    private TemporalPrediction.Linear linear(String name) {
        return new TemporalPrediction.Linear(matrix(name + ".weight"), vector(name + ".bias"));
    }

    private SaeConfig config() {
        int dIn = json.get("d_in").getAsInt();
        return SaeConfig.builder(
                        SaeArchitecture.ofLabel(architecture()).orElse(SaeArchitecture.STANDARD),
                        dIn,
                        json.get("d_sae").getAsInt())
                .dOut(json.has("d_out") ? json.get("d_out").getAsInt() : dIn)
                .applyBDecToInput(!json.has("apply_b_dec_to_input")
                        || json.get("apply_b_dec_to_input").getAsBoolean())
                .normalization(
                        Normalization.ofLabel(json.get("normalize_activations").getAsString())
                                .orElse(Normalization.NONE))
                .reshape(Reshape.ofLabel(text("reshape_activations")).orElse(Reshape.NONE))
                .build();
    }

    private String architecture() {
        return text("activation_fn_str").equals("topk") ? "topk" : text("architecture");
    }

    private String text(String field) {
        return json.has(field) ? json.get(field).getAsString() : "";
    }

    private Activation activation(SaeConfig config) {
        return switch (config.architecture().label()) {
            case "jumprelu", "jumprelu_transcoder", "jumprelu_skip_transcoder" ->
                JumpRelu.of(vector("b_enc"), vector("threshold"));
            case "gated" -> Gated.of(vector("b_gate"), vector("b_mag"), vector("r_mag"));
            case "topk" -> topK();
            case "matching_pursuit" ->
                MatchingPursuit.of(config.dSae())
                        .residualThreshold(json.get("residual_threshold").getAsDouble());
            case "temporal" -> TopK.of(json.get("kval_topk").getAsInt(), new float[config.dSae()]);
            default -> Relu.of(vector("b_enc"));
        };
    }

    private Activation topK() {
        JsonObject fields = json.has("k") ? json : json.getAsJsonObject("activation_fn_kwargs");
        TopK rule = TopK.of(fields.get("k").getAsInt(), vector("b_enc"));
        return json.has("rescale_acts_by_decoder_norm")
                        && json.get("rescale_acts_by_decoder_norm").getAsBoolean()
                ? rule.rescaledByDecoderNorm()
                : rule;
    }

    private Tensor tensor(String name) {
        return Tensor.read(reference.folder().resolve("sae_weights.safetensors"), name);
    }

    private float[] vector(String name) {
        return tensor(name).values();
    }

    private WeightMatrix matrix(String name) {
        Tensor tensor = tensor(name);
        StoredType type = tensor.type();
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(tensor.values().length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : tensor.values()) {
            type.put(bytes, value);
        }
        return WeightMatrix.of(
                WeightType.valueOf(type.name()), tensor.shape()[0], tensor.shape()[1], List.of(bytes.flip()));
    }
}
