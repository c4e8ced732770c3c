package io.github.sae4j.loader.internal.format;

import com.google.gson.JsonObject;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.SaeLoadException.Reason;
import io.github.sae4j.safetensors.internal.Quoted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

    /** The fields that say where an SAE comes from, and change no number that it computes. */
    static final Set<String> DESCRIPTIVE = Set.of(
            "model_name",
            "hook_name",
            "hook_head_index",
            "context_size",
            "prepend_bos",
            "dataset_path",
            "neuronpedia_id");

    /** The fields that every architecture reads. */
    private static final List<String> READ = List.of(
            "architecture",
            "d_in",
            "d_sae",
            "d_out",
            "dtype",
            "apply_b_dec_to_input",
            "normalize_activations",
            "reshape_activations",
            "model_name",
            "hook_name",
            "hook_head_index",
            "context_size",
            "prepend_bos",
            "dataset_path",
            "neuronpedia_id");

    private static final List<String> DTYPES =
            List.of("float32", "float", "float16", "half", "bfloat16", "float64", "double");
    private static final Inert UNREAD_PARAMETERS = Inert.none()
            .and("not needed: of another rule", "kval_topk")
            .and("not needed: the tensors tell", "bottleneck_factor");
    private static final int OLD_K = 100;
    private static final String CONSTANT_SCALE = "constant_scalar_rescale";
    private static final Pattern VERSION = Pattern.compile("(\\d{1,9})(?:\\.(\\d+))?(?:\\.(\\d+))?(.*)");

    private final String file;
    private final Fields fields;
    private final @Nullable Accounts accounts;
    private final @Nullable String version;
    private final boolean older;

    private CfgJson(String file, Fields fields, @Nullable Accounts accounts, boolean ofSaeLens) {
        this.file = file;
        this.fields = fields;
        this.accounts = accounts;
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
            @Nullable Double inputScale) {

        /** Returns the fields that nothing has read, with the metadata's without their beginning. */
        Set<String> unread() {
            return Stream.concat(config.otherFields().keySet().stream(), parameters.others().keySet().stream())
                    .map(name -> name.startsWith("metadata.") ? name.substring("metadata.".length()) : name)
                    .collect(Collectors.toSet());
        }

        /** Accounts for the fields that the rule needs, once it has read them. */
        void closeParameters(Accounts accounts) {
            parameters.close(
                    accounts, "a " + architecture.label() + " SAE of SAELens", UNREAD_PARAMETERS, accounts.set());
        }

        /** Returns the fields that can be set. */
        List<String> readable() {
            List<String> readable = new ArrayList<>(architecture.fields());
            readable.addAll(READ);
            return readable;
        }
    }

    /**
     * Reads a configuration.
     *
     * @param object the file's object, which is not changed
     * @param file the file's name, for sentences
     * @param accounts takes what became of each field
     * @throws SaeLoadException if it is not one, asks for something that is not supported, or has a field that nothing
     *     understands
     */
    static Declared read(JsonObject object, String file, Accounts accounts) {
        return new CfgJson(file, Fields.of(file, object, NESTED.toArray(String[]::new)), accounts, true).declared();
    }

    /** Reads a configuration in the form of version 6 that {@link Config} has written, as {@link #read} does. */
    static Declared readWritten(JsonObject object, String file) {
        return new CfgJson(file, Fields.of(file, object, "metadata"), null, false).declared();
    }

    private Declared declared() {
        fields.ignore("device");
        // Whether it is so is told by the tensor scaling_factor.
        fields.flag("finetuning_scaling_factor");
        Architecture architecture = Architecture.named(architecture(), file, accounts != null);
        Fields parameters = fields.part(architecture.fields());
        @Nullable Double scale = architecture.label().equals("temporal") ? temporalScale() : null;
        SaeConfig config = config(architecture);
        if (accounts != null) {
            fields.close(
                    accounts, "a " + architecture.label() + " SAE of SAELens", SaeLensFields.INERT, accounts.set());
        }
        return new Declared(config, architecture, parameters, scale);
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
        boolean transcoder = architecture.kind().isTranscoder();
        @Nullable Integer dOut = fields.optionalSize("d_out");
        @Nullable String dtype = dtype();
        @Nullable Boolean applyBDecToInput = fields.flag("apply_b_dec_to_input");
        if (transcoder && !Boolean.FALSE.equals(applyBDecToInput)) {
            throw new SaeLoadException(
                    Reason.INVALID_CONFIGURATION,
                    file + ": apply_b_dec_to_input is "
                            + (applyBDecToInput == null ? "missing, which means true" : "true") + ", but a "
                            + architecture.label()
                            + " cannot subtract b_dec from its input: b_dec belongs to its output.");
        }
        Normalization normalization = normalization();
        SaeMetadata metadata = metadata();
        Reshape reshape =
                transcoder ? ignoredReshape() : reshape(metadata.hookName().orElse(null));
        SaeConfig.Builder config = SaeConfig.builder(architecture.kind(), dIn, dSae);
        ifKnown(dtype, config::dtype);
        return config.dOut(dOut == null ? dIn : dOut)
                .applyBDecToInput(applyBDecToInput == null || applyBDecToInput)
                .normalization(normalization)
                .reshape(reshape)
                .metadata(metadata)
                .otherFields(fields.others())
                .build();
    }

    /** Returns the number format that all tensors have, by the name that PyTorch gives it. */
    private @Nullable String dtype() {
        @Nullable String written = fields.text("dtype");
        if (written == null) {
            return null;
        }
        String name = withoutPrefix(written, "torch.");
        if (!DTYPES.contains(name)) {
            throw fields.unsupported(
                    "dtype", Quoted.of(written), "but only " + String.join(", ", DTYPES) + " are known.");
        }
        return name;
    }

    /** A transcoder lays no heads side by side, whatever this says. */
    private Reshape ignoredReshape() {
        @Nullable String label = fields.text("reshape_activations");
        if (label != null) {
            reshapeOf(label);
        }
        return Reshape.NONE;
    }

    private String architecture() {
        @Nullable String named = fields.text("architecture");
        String functionField = fields.has("activation_fn") ? "activation_fn" : "activation_fn_str";
        @Nullable String function = accounts == null ? null : fields.text("activation_fn", "activation_fn_str");
        if (older && "topk".equals(function)) {
            if (named != null) {
                Architecture.named(named, file, true);
            }
            takeK();
            return "topk";
        }
        if (function != null && !function.equals("relu")) {
            throw fields.unsupported(
                    functionField,
                    Quoted.of(function),
                    older
                            ? "which is not supported; relu and topk are known."
                            : "but an SAE of version 6 says its rule as its architecture.");
        }
        if (function != null
                && accounts != null
                && accounts.set().contains(functionField)
                && named != null
                && !named.equals(Architecture.STANDARD.label())) {
            throw fields.refused(
                    functionField, "\"relu\"", "but the architecture is " + named + ", which has a rule of its own.");
        }
        if (older && "topk".equals(named)) {
            takeK();
        }
        return named == null ? Architecture.STANDARD.label() : named;
    }

    /** Finds k where older versions have it; they take 100 if it is nowhere. */
    private void takeK() {
        if (accounts != null && accounts.set().contains("k")) {
            fields.ignore("activation_fn_kwargs.k");
        }
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
                .orElseThrow(() -> fields.unsupported(
                        "normalize_activations",
                        Quoted.of(label),
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
                    "which is for attention outputs of each head, but hook_name is " + Quoted.of(hookName)
                            + ", which does not end with _z.");
        }
        return reshape;
    }

    private Reshape defaultReshape(@Nullable String hookName) {
        boolean readsHeads = older && hookName != null && hookName.contains(Reshape.HOOK_Z.label());
        return readsHeads ? Reshape.HOOK_Z : Reshape.NONE;
    }

    private Reshape reshapeOf(String label) {
        return Reshape.ofLabel(label)
                .filter(reshape -> reshape != Reshape.SEGMENTS || accounts == null)
                .orElseThrow(() -> fields.unsupported(
                        "reshape_activations",
                        Quoted.of(label),
                        "which is not supported; supported are none, hook_z."));
    }

    private SaeMetadata metadata() {
        @Nullable Boolean prependBos = fields.informativeFlag("metadata.prepend_bos", "prepend_bos");
        SaeMetadata.Builder metadata = SaeMetadata.builder();
        ifKnown(fields.informativeText("metadata.model_name", "model_name"), metadata::modelName);
        ifKnown(hookName(), metadata::hookName);
        ifKnown(
                fields.informativeInteger(withOld("hook_head_index", "hook_point_head_index")),
                metadata::hookHeadIndex);
        ifKnown(fields.informativeInteger("metadata.context_size", "context_size"), metadata::contextSize);
        ifKnown((older && prependBos == null) ? Boolean.TRUE : prependBos, metadata::prependBos);
        ifKnown(fields.informativeText("metadata.dataset_path", "dataset_path"), metadata::datasetPath);
        ifKnown(fields.informativeText("metadata.neuronpedia_id", "neuronpedia_id"), metadata::neuronpediaId);
        ifKnown(version, metadata::saeLensVersion);
        return metadata.build();
    }

    private static <T> void ifKnown(@Nullable T value, Consumer<T> setter) {
        if (value != null) {
            setter.accept(value);
        }
    }

    private @Nullable String hookName() {
        return fields.text(withOld("hook_name", "hook_point"));
    }

    private String[] withOld(String name, String oldName) {
        return older ? new String[] {"metadata." + name, name, oldName} : new String[] {"metadata." + name, name};
    }

    private boolean isOlderVersion(String written) {
        if (!VERSION.matcher(written.strip()).matches()) {
            throw fields.refused("sae_lens_version", Quoted.of(written), "which is not a version such as 6.18.0.");
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
