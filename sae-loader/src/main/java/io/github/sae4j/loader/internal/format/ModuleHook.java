package io.github.sae4j.loader.internal.format;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a module of a Hugging Face model writes, by the hook of TransformerLens that shows the same.
 *
 * @param module the module below the base model, or null if the name is none
 * @param output the hook, or null if there is none or it is not known
 */
record ModuleHook(@Nullable String module, @Nullable String output) {

    /** The folder's name may have underscores for the dots. */
    private static final Pattern BLOCK = Pattern.compile("(?:layers?|h|blocks)[._](\\d+)(?:[._](.+))?");

    /** Returns what a name such as {@code layers.5.mlp} means. */
    static ModuleHook of(String name) {
        if (name.equals("embed_tokens") || name.equals("wte") || name.equals("embed_in")) {
            return new ModuleHook(name, "hook_embed");
        }
        Matcher block = BLOCK.matcher(name);
        if (!block.matches()) {
            return new ModuleHook(null, null);
        }
        @Nullable String part = block.group(2);
        @Nullable
        String hook = switch (part == null ? "" : part) {
            case "" -> "hook_resid_post";
            case "mlp" -> "hook_mlp_out";
            case "self_attn", "attn", "attention", "self_attention" -> "hook_attn_out";
            case "mlp.act", "mlp.act_fn" -> "mlp.hook_post";
            default -> null;
        };
        return new ModuleHook(name, hook == null ? null : "blocks." + block.group(1) + "." + hook);
    }
}
