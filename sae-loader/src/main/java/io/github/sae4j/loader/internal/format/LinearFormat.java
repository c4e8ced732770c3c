package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.internal.SaeFolder;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One {@code .pt} or {@code .pth} file with the two linear layers of a standard SAE, as DeepSeek R1's and Goodfire's are. */
final class LinearFormat implements Format {

    private static final Pattern LAYER = Pattern.compile("l(\\d+)(?=\\.|$)");

    private final String label;
    private final String encoder;
    private final String decoder;
    private final int contextSize;

    private LinearFormat(String label, String encoder, String decoder, int contextSize) {
        this.label = label;
        this.encoder = encoder;
        this.decoder = decoder;
        this.contextSize = contextSize;
    }

    static Format deepSeek() {
        return new LinearFormat("deepseek_r1", "encoder", "decoder", 1024);
    }

    static Format goodfire() {
        return new LinearFormat("goodfire", "encoder_linear", "decoder_linear", 0);
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public List<String> markers() {
        return List.of();
    }

    /**
     * Others call their encoder so too, of other architectures; the decoder's bias is this layout's alone. A configuration
     * beside the file says that it is of another layout.
     */
    @Override
    public boolean fits(SaeFolder place) {
        return TorchNames.isTorchFile(place)
                && !place.parent().has("config.json")
                && TorchNames.of(place)
                        .containsAll(List.of(encoder + ".weight", decoder + ".weight", decoder + ".bias"));
    }

    @Override
    public Parts read(Reading reading) {
        SaeFolder place = reading.place();
        Weights weights = reading.weights(place.parent(), place.name())
                .turn("W_enc", encoder + ".weight")
                .rename("b_enc", encoder + ".bias")
                .turn("W_dec", decoder + ".weight")
                .rename("b_dec", decoder + ".bias");
        @Nullable Integer layer = Reading.number(LAYER, place.name());
        Config written = Config.of("standard", weights.size("W_enc", 0), weights.size("W_enc", 1))
                .about("model_name", reading.model(model(place.name())))
                .about("hook_name", layer == null ? null : "blocks." + layer + ".hook_resid_post")
                .about("dataset_path", "lmsys/lmsys-chat-1m")
                .about("context_size", contextSize == 0 ? null : contextSize);
        return Parts.of(written.json(), place.name(), weights);
    }

    /** File names begin with the model's, without its owner. */
    private static @Nullable String model(String name) {
        int end = name.indexOf("-SAE-");
        if (end < 0) {
            return null;
        }
        return (name.startsWith("DeepSeek") ? "deepseek-ai/" : name.startsWith("Llama") ? "meta-llama/" : "")
                + name.substring(0, end);
    }
}
