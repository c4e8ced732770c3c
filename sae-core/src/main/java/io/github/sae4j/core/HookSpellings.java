package io.github.sae4j.core;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How other libraries speak of a place in a model that a hook names: mistaking one counting for another by a layer is the
 * commonest reason for activations that do not fit an SAE.
 *
 * <p>A name in TransformerLens's spelling is understood, and that of a decoder layer's module.
 *
 * <pre>{@code
 * Map<String, String> spellings = HookSpellings.of("blocks.12.hook_resid_post", "gemma-2-2b");
 * String ofVllm = spellings.get("vLLM");                            // layer id 13
 * }</pre>
 *
 * <p>Safe for use by several threads.
 *
 * @since 0.1
 */
public final class HookSpellings {

    private static final Pattern TRANSFORMER_LENS = Pattern.compile("blocks\\.([0-9]{1,6})\\.(?:attn\\.)?(hook_\\w+)");
    private static final Pattern MODULE =
            Pattern.compile("(?:model\\.layers|transformer\\.h|gpt_neox\\.layers)\\.([0-9]{1,6})");

    /** Where a family of models keeps its decoder layers, and what reads the concatenated heads in each. */
    private record Family(Pattern model, String layers, String headsReader) {

        static Family of(String model, String layers, String headsReader) {
            return new Family(Pattern.compile(model), layers, headsReader);
        }
    }

    private static final List<Family> FAMILIES = List.of(
            Family.of("gpt2.*", "transformer.h", "attn.c_proj"),
            Family.of("pythia.*", "gpt_neox.layers", "attention.dense"),
            // Later Gemmas with vision keep their layers deeper, so only what is known is named.
            Family.of(
                    "gemma-(2b|7b|2-).*|(meta-)?llama-?[23].*|mistral-7b.*|qwen[23]-.*|qwen2\\.5-.*|"
                            + "deepseek-r1-distill-.*",
                    "model.layers",
                    "self_attn.o_proj"));

    private HookSpellings() {}

    /**
     * Returns the other spellings by library, in their order, as far as they do not depend on the model; empty if the hook is not
     * one of those that are understood.
     *
     * @param hook the hook's name
     * @throws NullPointerException if {@code hook} is null
     */
    public static Map<String, String> of(String hook) {
        return of(SaeException.requirePresent(hook, "hook"), (Family) null);
    }

    /**
     * Returns the other spellings by library, in their order; empty if the hook is not one of those that are understood.
     *
     * @param hook the hook's name
     * @param model the model's name
     * @throws NullPointerException if an argument is null
     */
    public static Map<String, String> of(String hook, String model) {
        SaeException.requirePresent(hook, "hook");
        return of(hook, family(SaeException.requirePresent(model, "model")));
    }

    private static Map<String, String> of(String hook, @Nullable Family family) {
        OptionalInt entered = layerId(hook);
        if (entered.isPresent()) {
            return residual(entered.getAsInt(), family);
        }
        Matcher block = TRANSFORMER_LENS.matcher(hook);
        return block.matches() && block.group(2).equals("hook_z") && family != null
                ? Map.of(
                        "Transformers",
                        "input of " + family.layers() + "." + block.group(1) + "." + family.headsReader())
                : Map.of();
    }

    /**
     * Returns which block a hook's residual stream enters, vLLM's layer id; empty if the hook is not understood.
     *
     * @param hook the hook's name
     * @throws NullPointerException if {@code hook} is null
     */
    public static OptionalInt layerId(String hook) {
        Matcher module = MODULE.matcher(SaeException.requirePresent(hook, "hook"));
        if (module.matches()) {
            return OptionalInt.of(Integer.parseInt(module.group(1)) + 1);
        }
        Matcher block = TRANSFORMER_LENS.matcher(hook);
        if (!block.matches()) {
            return OptionalInt.empty();
        }
        int layer = Integer.parseInt(block.group(1));
        return switch (block.group(2)) {
            case "hook_resid_pre" -> OptionalInt.of(layer);
            case "hook_resid_post" -> OptionalInt.of(layer + 1);
            default -> OptionalInt.empty();
        };
    }

    /** Spells the residual stream as it enters a block, which is as it leaves the one before. */
    private static Map<String, String> residual(int entered, @Nullable Family family) {
        Map<String, String> spellings = new LinkedHashMap<>();
        String layers = family == null ? "decoder layer " : family.layers() + ".";
        spellings.put(
                "TransformerLens",
                entered == 0
                        ? "blocks.0.hook_resid_pre"
                        : "blocks." + (entered - 1) + ".hook_resid_post, blocks." + entered + ".hook_resid_pre");
        spellings.put(
                "Transformers",
                (entered == 0 ? "input of " + layers + "0" : "output of " + layers + (entered - 1)) + ", hidden_states["
                        + entered + "]");
        spellings.put("vLLM", "layer id " + entered);
        return Collections.unmodifiableMap(spellings);
    }

    private static @Nullable Family family(String model) {
        String name = model.substring(model.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT);
        return FAMILIES.stream()
                .filter(family -> family.model().matcher(name).matches())
                .findFirst()
                .orElse(null);
    }
}
