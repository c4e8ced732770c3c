package io.github.sae4j.loader.internal.format;

import io.github.sae4j.safetensors.internal.Quoted;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The SAEs that lie beside temporal ones and have no temporal part, in the same two files: with {@code u = s x - bd},
 * features are the rule of {@code l (u Ae}<sup>T</sup>{@code  + be)}, {@code l = softplus(lambda_pre)}, and
 * reconstructions {@code (features Ad}<sup>T</sup>{@code  + bd) / s} (the publisher's {@code SAEStandard.forward}).
 */
final class StandardOfTemporal {

    private static final String WEIGHTS = "latest_ckpt.safetensors";
    private static final List<String> KNOWN = List.of("relu", "topk", "jumprelu");

    private StandardOfTemporal() {}

    static Parts read(Reading reading, Fields fields, String kind, double scale, @Nullable String hook, Inert inert) {
        if (!KNOWN.contains(kind)) {
            throw fields.unsupported(
                    "sae.sae_type", Quoted.of(kind), "but only temporal, " + String.join(", ", KNOWN) + " are known.");
        }
        @Nullable
        Integer k = kind.equals("topk") ? reading.override("k").orElseGet(() -> fields.size("sae.kval_topk")) : null;
        fields.close(reading.accounts(), "an SAE beside temporal ones", inert);
        Weights weights =
                reading.weights(WEIGHTS).turn("W_enc", "Ae").turn("W_dec", "Ad").rename("b_dec", "bd");
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        double gain = Math.log1p(Math.exp(weights.number("lambda_pre")));
        if (kind.equals("topk")) {
            weights.unneeded("top-k does not add it", "be").put("b_enc", () -> new float[dSae]);
        } else {
            weights.put("b_enc", () -> multiplied(weights.stored("be", dSae), gain), "be");
        }
        if (kind.equals("jumprelu")) {
            weights.put("threshold", () -> exponentials(weights.stored("logthreshold", dSae)), "logthreshold");
        }
        String architecture = kind.equals("relu") ? "standard" : kind;
        Config written = Config.of(architecture, dIn, dSae)
                .with("k", k)
                .about("model_name", reading.model(null))
                .about("hook_name", hook);
        // l (s x - bd) = (x - bd / s) s l, so that the bias and the gain are done with before the product.
        return Parts.of(written.json(), "conf.yaml", weights).withFactors(builder -> {
            float[] bias = weights.vector("b_dec", dIn);
            builder.inputAffine(multiplied(bias, 1 / scale), filled(dIn, scale * gain))
                    .outputAffine(filled(dIn, 1 / scale), new float[dIn]);
        });
    }

    private static float[] multiplied(float[] values, double factor) {
        float[] products = new float[values.length];
        IntStream.range(0, values.length).forEach(i -> products[i] = (float) (values[i] * factor));
        return products;
    }

    private static float[] exponentials(float[] values) {
        float[] exponentials = new float[values.length];
        IntStream.range(0, values.length).forEach(i -> exponentials[i] = (float) Math.exp(values[i]));
        return exponentials;
    }

    private static float[] filled(int width, double value) {
        return multiplied(ones(width), value);
    }

    private static float[] ones(int width) {
        float[] ones = new float[width];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }
}
