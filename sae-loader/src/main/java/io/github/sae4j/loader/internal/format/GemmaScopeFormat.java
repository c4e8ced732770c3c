package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Gemma Scope: {@code params.npz} with the tensors of JumpReLU SAEs or transcoders. What they read is said by the
 * repository's name alone: {@code res}, {@code mlp}, {@code att} or {@code transcoders}.
 *
 * <p>Lieberum et al., "Gemma Scope: Open Sparse Autoencoders Everywhere All At Once on Gemma 2" (arXiv 2408.05147).
 */
final class GemmaScopeFormat implements Format {

    private static final String PARAMS = "params.npz";
    private static final String SERIES = "gemma-scope";
    private static final Pattern LAYER = Pattern.compile("layer_(\\d+)");
    private static final Pattern SIZE = Pattern.compile("(2b|9b|27b)(-it)?");

    private final boolean transcoder;

    private GemmaScopeFormat(boolean transcoder) {
        this.transcoder = transcoder;
    }

    static Format sae() {
        return new GemmaScopeFormat(false);
    }

    static Format transcoder() {
        return new GemmaScopeFormat(true);
    }

    @Override
    public String label() {
        return transcoder ? "gemma_2_transcoder" : "gemma_2";
    }

    @Override
    public List<String> markers() {
        return List.of(PARAMS);
    }

    @Override
    public boolean fits(SaeFolder place) {
        return (says(place, "transcoders") || says(place, "transcoder")) == transcoder && Format.super.fits(place);
    }

    /**
     * Returns the repository's name without its owner's, or what the folder of this machine is called that is named after
     * it; nothing else tells.
     */
    private static String repository(SaeFolder place) {
        String name = place.repository()
                .map(id -> id.substring(id.indexOf('/') + 1))
                .orElseGet(() -> Stream.of(place.path().split("/"))
                        .filter(folder -> folder.contains(SERIES))
                        .reduce((outer, inner) -> inner)
                        .orElse(""));
        return name.substring(Math.max(0, name.indexOf(SERIES)));
    }

    private static boolean says(SaeFolder place, String word) {
        return List.of(repository(place).split("[-_.]")).contains(word);
    }

    /** Embeddings have no layer; the nearest name counts, as folders further up may be called anything. */
    private static boolean isEmbedding(SaeFolder place) {
        String path = "/" + place.path() + "/";
        return path.lastIndexOf("/embedding/") > path.lastIndexOf("/layer_");
    }

    @Override
    public Parts read(Reading reading) {
        Weights weights = reading.weights(PARAMS)
                .renameIgnoringCase("W_enc", "w_enc", "wenc", "w_e")
                .renameIgnoringCase("W_dec", "w_dec", "wdec", "w_d")
                .renameIgnoringCase("b_enc", "benc", "b_e")
                .renameIgnoringCase("b_dec", "bdec", "b_d")
                .renameIgnoringCase("threshold", "threshold");
        int dIn = weights.size("W_enc", 0);
        int dSae = weights.size("W_enc", 1);
        Config config = Config.of(transcoder ? "jumprelu_transcoder" : "jumprelu", dIn, dSae)
                .with("dtype", "float32")
                .about("model_name", model(reading))
                .about("dataset_path", "monology/pile-uncopyrighted")
                .about("context_size", 1024);
        @Nullable Integer layer = Reading.number(LAYER, reading.place().path());
        String block = "blocks." + layer + ".";
        if (transcoder) {
            config.with("d_out", weights.size("W_dec", 1))
                    .about("hook_name", layer == null ? null : block + "ln2.hook_normalized")
                    .about("hook_name_out", layer == null ? null : block + "hook_mlp_out");
            return Parts.of(config.json(), PARAMS, weights);
        }
        if (says(reading.place(), "att")) {
            config.with("reshape_activations", "hook_z")
                    .about("hook_name", layer == null ? null : block + "attn.hook_z");
        } else if (says(reading.place(), "mlp")) {
            config.about("hook_name", layer == null ? null : block + "hook_mlp_out");
        } else if (isEmbedding(reading.place())) {
            return embedding(config.about("hook_name", "hook_embed"), weights, dIn);
        } else {
            config.about("hook_name", layer == null ? null : block + "hook_resid_post");
        }
        return Parts.of(config.json(), PARAMS, weights);
    }

    /**
     * Embeddings were trained on at another scale: {@code W_enc / sqrt(d_in)} and {@code W_dec * sqrt(d_in)} in SAELens,
     * with {@code b_dec} as it is. Scaling the input by {@code 1 / sqrt(d_in)} and the output back comes to the same, with
     * {@code b_dec} divided beforehand.
     */
    private static Parts embedding(Config config, Weights weights, int dIn) {
        double scale = 1 / Math.sqrt(dIn);
        weights.scale("b_dec", scale);
        return Parts.of(config.json(), PARAMS, weights).withLayoutScale(scale);
    }

    private static @Nullable String model(Reading reading) {
        Matcher size = SIZE.matcher(repository(reading.place()));
        return size.find() ? "gemma-2-" + size.group() : reading.model(null);
    }
}
