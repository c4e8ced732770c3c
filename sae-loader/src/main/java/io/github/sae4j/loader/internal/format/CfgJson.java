package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.loader.SaeLoadException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The reader of SAELens's {@code cfg.json}, in the form of version 6 and in the older ones.
 *
 * <p>From {@code 6.0.0-rc.0} on, what a model's SAE reads stands under {@code metadata}; before, all fields are flat, some
 * have other names, and absent ones have other meanings. A file without a version is of the older kind.
 */
final class CfgJson {

    /** The fields whose own fields count as dotted ones. */
    static final List<String> NESTED = List.of("metadata", "activation_fn_kwargs");

    private static final int OLD_K = 100;
    private static final String CONSTANT_SCALE = "constant_scalar_rescale";
    private static final Pattern VERSION = Pattern.compile("(\\d{1,9})(?:\\.(\\d+))?(?:\\.(\\d+))?(.*)");

    private final String file;
    private final Fields fields;
    private final @Nullable String version;
    private final boolean older;

    private CfgJson(String file, Fields fields, boolean ofSaeLens) {
        this.file = file;
        this.fields = fields;
        this.version = fields.text("sae_lens_version", "metadata.sae_lens_version");
        this.older = ofSaeLens && (version == null || isOlderVersion(version));
    }

    /**
     * A configuration, as far as it does not need the weights.
     *
     * @param config what the SAE is configured to compute
     * @param architecture makes its rule
     * @param parameters the fields that the rule needs
     * @param inputScale what all activations are multiplied by before all else, or null if it does not say
     */
    record Declared(
            SaeConfig config,
            Architecture architecture,
            Fields parameters,
            @Nullable Double inputScale) {}

    /**
     * Reads a configuration.
     *
     * @param object the file's object, which is not changed
     * @param file the file's name, for sentences
     * @throws SaeLoadException if it is not one, or asks for something that is not supported
     */
    static Declared read(JsonObject object, String file) {
        return new CfgJson(file, Fields.of(file, object, NESTED.toArray(String[]::new)), true).declared();
    }

    /** Reads a configuration in the form of version 6 that {@link Config} has written, as {@link #read} does. */
    static Declared readWritten(JsonObject object, String file) {
        return new CfgJson(file, Fields.of(file, object, "metadata"), false).declared();
    }

    private Declared declared() {
        fields.ignore("device");
        Architecture architecture = Architecture.named(architecture(), file);
        Fields parameters = fields.part(architecture.fields());
        @Nullable Double scale = architecture.label().equals("temporal") ? temporalScale() : null;
        return new Declared(config(architecture), architecture, parameters, scale);
    }

    /** Temporal SAEs have a normalisation of their own, one factor for all. */
    private @Nullable Double temporalScale() {
        @Nullable Double factor = fields.number("activation_normalization_factor");
        if (CONSTANT_SCALE.equals(fields.peek("normalize_activations"))) {
            fields.ignore("normalize_activations");
            return factor;
        }
        return null;
    }

    private SaeConfig config(Architecture architecture) {
        int dIn = fields.size("d_in");
        int dSae = fields.size("d_sae");
        boolean transcoder = architecture.label().endsWith("transcoder");
        @Nullable Integer dOut = fields.optionalSize("d_out");
        @Nullable String dtype = fields.text("dtype");
        @Nullable Boolean applyBDecToInput = fields.flag("apply_b_dec_to_input");
        if (transcoder && !Boolean.FALSE.equals(applyBDecToInput)) {
            throw new SaeLoadException(file + ": apply_b_dec_to_input is "
                    + (applyBDecToInput == null ? "missing, which means true" : "true") + ", but a "
                    + architecture.label() + " cannot subtract b_dec from its input: b_dec belongs to its output.");
        }
        Normalization normalization = normalization();
        SaeMetadata metadata = metadata();
        Reshape reshape = transcoder ? ignoredReshape() : reshape(metadata.hookName());
        return new SaeConfig(
                architecture.label(),
                dIn,
                dSae,
                dOut == null ? dIn : dOut,
                dtype == null ? null : withoutPrefix(dtype, "torch."),
                applyBDecToInput == null || applyBDecToInput,
                normalization,
                reshape,
                metadata,
                fields.others());
    }

    private Reshape ignoredReshape() {
        fields.ignore("reshape_activations");
        return Reshape.NONE;
    }

    private String architecture() {
        @Nullable String named = fields.text("architecture");
        if (older) {
            @Nullable String function = fields.text("activation_fn", "activation_fn_str");
            if ("topk".equals(function)) {
                fields.ignore("architecture");
                takeK();
                return "topk";
            }
            if (function != null && !function.equals("relu")) {
                throw fields.refused(
                        "activation_fn", "\"" + function + "\"", "which is not supported; relu and topk are known.");
            }
        }
        if (older && "topk".equals(named)) {
            takeK();
        }
        return named == null ? Architecture.STANDARD.label() : named;
    }

    /** Finds k where older versions have it; they take 100 if it is nowhere. */
    private void takeK() {
        fields.move("activation_fn_kwargs.k", "k");
        fields.setDefault("k", OLD_K);
    }

    private Normalization normalization() {
        if (older && fields.isFlag("normalize_activations")) {
            return Boolean.TRUE.equals(fields.flag("normalize_activations"))
                    ? Normalization.EXPECTED_AVERAGE_ONLY_IN
                    : Normalization.NONE;
        }
        @Nullable String label = fields.text("normalize_activations");
        if (label == null) {
            return Normalization.NONE;
        }
        return Normalization.ofLabel(label)
                .orElseThrow(() -> fields.refused(
                        "normalize_activations",
                        "\"" + label + "\"",
                        "which is not supported; supported are "
                                + Arrays.stream(Normalization.values())
                                        .map(Normalization::label)
                                        .collect(Collectors.joining(", "))
                                + "."));
    }

    private Reshape reshape(@Nullable String hookName) {
        @Nullable String label = fields.text("reshape_activations");
        Reshape reshape = label == null ? defaultReshape(hookName) : reshapeOf(label);
        if (reshape == Reshape.HOOK_Z && hookName != null && !hookName.endsWith("_z")) {
            throw fields.refused(
                    "reshape_activations",
                    "\"hook_z\"",
                    "which is for attention outputs of each head, but hook_name is \"" + hookName
                            + "\", which does not end with _z.");
        }
        return reshape;
    }

    private Reshape defaultReshape(@Nullable String hookName) {
        boolean readsHeads = older && hookName != null && hookName.contains(Reshape.HOOK_Z.label());
        return readsHeads ? Reshape.HOOK_Z : Reshape.NONE;
    }

    private Reshape reshapeOf(String label) {
        return Reshape.ofLabel(label)
                .orElseThrow(() -> fields.refused(
                        "reshape_activations",
                        "\"" + label + "\"",
                        "which is not supported; supported are none, hook_z."));
    }

    private SaeMetadata metadata() {
        @Nullable Boolean prependBos = fields.informativeFlag("metadata.prepend_bos", "prepend_bos");
        return new SaeMetadata(
                fields.informativeText("metadata.model_name", "model_name"),
                hookName(),
                fields.informativeInteger(withOld("hook_head_index", "hook_point_head_index")),
                fields.informativeInteger("metadata.context_size", "context_size"),
                (older && prependBos == null) ? Boolean.TRUE : prependBos,
                fields.informativeText("metadata.dataset_path", "dataset_path"),
                fields.informativeText("metadata.neuronpedia_id", "neuronpedia_id"),
                version);
    }

    private @Nullable String hookName() {
        return fields.text(withOld("hook_name", "hook_point"));
    }

    private String[] withOld(String name, String oldName) {
        return older ? new String[] {"metadata." + name, name, oldName} : new String[] {"metadata." + name, name};
    }

    private boolean isOlderVersion(String written) {
        if (!VERSION.matcher(written.strip()).matches()) {
            throw fields.refused("sae_lens_version", "\"" + written + "\"", "which is not a version such as 6.18.0.");
        }
        return isOlder(written);
    }

    /** Returns whether a version is below {@code 6.0.0-rc.0}; what is no version counts as older. */
    static boolean isOlder(String written) {
        Matcher matcher = VERSION.matcher(written.strip());
        if (!matcher.matches()) {
            return true;
        }
        int major = Integer.parseInt(matcher.group(1));
        if (major != 6) {
            return major < 6;
        }
        return isZero(matcher.group(2)) && isZero(matcher.group(3)) && isBeforeCandidate(matcher.group(4));
    }

    private static boolean isZero(@Nullable String number) {
        return number == null || number.matches("0+");
    }

    private static boolean isBeforeCandidate(String suffix) {
        return suffix.matches("[-.]?(a|b|dev).*");
    }

    private static String withoutPrefix(String text, String prefix) {
        return text.startsWith(prefix) ? text.substring(prefix.length()) : text;
    }
}
