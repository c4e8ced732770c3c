package io.github.sae4j.loader.internal.format;

import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.loader.internal.SaeFolder;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the layers of one of Gemma Scope 2's sets read and write, which only the names of folders tell.
 *
 * <p>{@code crosscoder/layer_7_13_17_22_width_…} reads and writes the residual stream behind the blocks that its name lists,
 * so {@code params_layer_3} is of block 22; all else is a cross-layer transcoder, whose {@code params_layer_N} is of block N.
 *
 * @param folder the set's folder, for sentences
 * @param depths the blocks of a crosscoder; empty for a cross-layer transcoder
 */
record GemmaScope2Hooks(String folder, List<Integer> depths) {

    private static final Pattern DEPTHS = Pattern.compile("layer_(\\d{1,4}(?:_\\d{1,4})*)_width_.*");

    static GemmaScope2Hooks of(SaeFolder set) {
        Matcher depths = DEPTHS.matcher(set.name());
        boolean crosscoder = depths.matches();
        if (!crosscoder && set.parent().name().startsWith("crosscoder")) {
            throw new SaeLoadException(
                    Reason.NOT_RECOGNISED,
                    set.label() + " is a crosscoder, but its name does not list the layers that it reads, as"
                            + " in layer_7_13_17_22_width_262k_l0_medium.");
        }
        return new GemmaScope2Hooks(
                set.label(),
                crosscoder
                        ? Arrays.stream(depths.group(1).split("_"))
                                .map(Integer::valueOf)
                                .toList()
                        : List.of());
    }

    /**
     * Checks that the name lists as many layers as there are.
     *
     * @throws SaeLoadException if it does not
     */
    void requireLayers(int layers) {
        if (!depths.isEmpty() && depths.size() != layers) {
            throw new SaeLoadException(
                    Reason.INVALID_TENSORS,
                    folder + " has " + layers + " layers, but its name lists " + depths.size() + ".");
        }
    }

    /** Sets the hooks of a layer, unless the name has fewer. */
    void write(Config config, int layer) {
        if (depths.isEmpty()) {
            config.about("hook_name", "blocks." + layer + ".hook_mlp_in")
                    .about("hook_name_out", "blocks." + layer + ".hook_mlp_out")
                    .about("hf_hook_name", "model.layers." + layer + ".pre_feedforward_layernorm.output")
                    .about("hf_hook_name_out", "model.layers." + layer + ".post_feedforward_layernorm.output");
        } else if (layer < depths.size()) {
            String hook = "blocks." + depths.get(layer) + ".hook_resid_post";
            String module = "model.layers." + depths.get(layer) + ".output";
            config.about("hook_name", hook)
                    .about("hook_name_out", hook)
                    .about("hf_hook_name", module)
                    .about("hf_hook_name_out", module);
        }
    }
}
