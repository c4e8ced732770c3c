package io.github.sae4j.loader.internal.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.gson.JsonObject;
import io.github.sae4j.core.Normalization;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeArchitecture;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SaeMetadata;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.loader.internal.json.StrictJson;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** cfg.json in all its versions: what each field means, what its absence means, and what is refused. */
class CfgJsonTest {

    @Test
    void readsVersion6() {
        SaeConfig config = read("""
                {"architecture": "standard", "d_in": 8, "d_sae": 16, "dtype": "torch.bfloat16", "device": "cuda:3",
                 "apply_b_dec_to_input": false, "normalize_activations": "layer_norm", "reshape_activations": "hook_z",
                 "metadata": {"sae_lens_version": "6.18.0", "model_name": "gpt2-small", "hook_name": "blocks.3.attn.hook_z",
                   "hook_head_index": 5, "context_size": 1024, "prepend_bos": false, "dataset_path": "pile",
                   "neuronpedia_id": "gpt2-small/3"}}
                """, "cfg.json");

        assertThat(config)
                .isEqualTo(SaeConfig.builder(SaeArchitecture.STANDARD, 8, 16)
                        .dtype("bfloat16")
                        .normalization(Normalization.LAYER_NORM)
                        .reshape(Reshape.HOOK_Z)
                        .metadata(SaeMetadata.builder()
                                .modelName("gpt2-small")
                                .hookName("blocks.3.attn.hook_z")
                                .hookHeadIndex(5)
                                .contextSize(1024)
                                .prependBos(false)
                                .datasetPath("pile")
                                .neuronpediaId("gpt2-small/3")
                                .saeLensVersion("6.18.0")
                                .build())
                        .build());
    }

    @Test
    void defaultsOfVersion6() {
        SaeConfig config = v6("");

        assertThat(config)
                .isEqualTo(SaeConfig.builder(SaeArchitecture.STANDARD, 8, 16)
                        .applyBDecToInput(true)
                        .metadata(SaeMetadata.builder().saeLensVersion("6.0.0").build())
                        .build());
    }

    @Test
    void takesNullForAbsent() {
        assertThat(v6("\"architecture\": null, \"dtype\": null, \"apply_b_dec_to_input\": null,"
                        + " \"normalize_activations\": null, \"reshape_activations\": null, \"model_name\": null"))
                .isEqualTo(v6(""));
    }

    @Test
    void readsTheOlderNames() {
        SaeConfig config = old("\"hook_point\": \"blocks.1.hook_resid_pre\", \"hook_point_head_index\": 2,"
                + " \"activation_fn_str\": \"relu\", \"model_name\": \"m\", \"context_size\": 64");

        assertThat(config.metadata())
                .isEqualTo(SaeMetadata.builder()
                        .modelName("m")
                        .hookName("blocks.1.hook_resid_pre")
                        .hookHeadIndex(2)
                        .contextSize(64)
                        .prependBos(true)
                        .build());
        assertThat(config.otherFields()).isEmpty();
    }

    @Test
    void prefersTheNewNameWhereBothAreThere() {
        assertThat(old("\"hook_point\": \"old\", \"hook_name\": \"new\"")
                        .metadata()
                        .hookName())
                .contains("new");
    }

    @Test
    void defaultsOfOlderVersions() {
        SaeConfig config = old("");

        assertThat(config.architecture().label()).isEqualTo("standard");
        assertThat(config.applyBDecToInput()).isTrue();
        assertThat(config.metadata().prependBos()).contains(true);
        assertThat(config.normalization()).isEqualTo(Normalization.NONE);
        assertThat(config.reshape()).isEqualTo(Reshape.NONE);
        assertThat(old("\"prepend_bos\": false").metadata().prependBos()).contains(false);
    }

    @ParameterizedTest
    @CsvSource({
        "false, none",
        "true, expected_average_only_in",
        "null, none",
        "'\"none\"', none",
        "'\"layer_norm\"', layer_norm",
        "'\"constant_norm_rescale\"', constant_norm_rescale",
        "'\"expected_average_only_in\"', expected_average_only_in"
    })
    void readsNormalizationOfOlderVersions(String json, String label) {
        assertThat(old("\"normalize_activations\": " + json).normalization().label())
                .isEqualTo(label);
    }

    @Test
    void readsHeadsInOlderVersionsFromTheNameOfTheHook() {
        assertThat(old("\"hook_name\": \"blocks.1.attn.hook_z\"").reshape()).isEqualTo(Reshape.HOOK_Z);
        assertThat(old("\"hook_point\": \"blocks.1.attn.hook_z\"").reshape()).isEqualTo(Reshape.HOOK_Z);
        assertThat(old("\"hook_name\": \"blocks.1.attn.hook_z\", \"reshape_activations\": \"none\"")
                        .reshape())
                .isEqualTo(Reshape.NONE);
        assertThat(v6("\"hook_name\": \"blocks.1.attn.hook_z\"").reshape()).isEqualTo(Reshape.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "6.0.0-rc.0, false",
        "6.0.0rc1, false",
        "6.0.0, false",
        "6, false",
        "6.39.1, false",
        "10.0.0, false",
        "6.0.0-alpha.1, true",
        "6.0.0.dev1, true",
        "5.99.9, true",
        "3.1, true"
    })
    void cutsVersionsAtTheFirstCandidateOf6(String version, boolean older) {
        String atTop = "\"sae_lens_version\": \"" + version + "\", \"normalize_activations\": false";
        String nested = "\"metadata\": {\"sae_lens_version\": \"" + version + "\"}, \"normalize_activations\": false";
        for (String fields : new String[] {atTop, nested}) {
            if (older) {
                assertThat(read(fields).metadata().saeLensVersion()).contains(version);
            } else {
                assertRefused(fields, "normalize_activations is false, but should be a text.");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"dev\"", "\"six\""})
    void refusesAVersionThatIsNone(String version) {
        assertRefused(
                "\"sae_lens_version\": " + version,
                "sae_lens_version is " + version + ", which is not a version such as 6.18.0.");
    }

    @Test
    void keepsFieldsThatChangeNothingInOrder() {
        SaeConfig config = read("""
                "seed": 1e-6, "sae_lens_version": "6.1.0", "logger": {"deep": [1, null, "x"]}, "lr": 64,
                "metadata": {"seed": 42, "model_name": "m", "hf_hook_name": "model.layers.19"}, "run_name": null
                """);

        assertThat(config.otherFields())
                .containsExactly(
                        Map.entry("seed", "1e-6"),
                        Map.entry("logger", "{\"deep\":[1,null,\"x\"]}"),
                        Map.entry("lr", "64"),
                        Map.entry("metadata.seed", "42"),
                        Map.entry("metadata.hf_hook_name", "\"model.layers.19\""),
                        Map.entry("run_name", "null"));
    }

    @Test
    void refusesFieldsThatNothingUnderstands() {
        assertNotUnderstood(
                "\"zeta\": 1e-6",
                "has a field that nothing here understands in a standard SAE of SAELens: zeta = 1e-6. If it"
                        + " changes nothing, open the SAE with allowUnknown(\"zeta\").");
        assertNotUnderstood(
                "\"k\": 64, \"alpha\": {\"deep\": [1]}",
                "fields that nothing here understands in a standard SAE of SAELens: k = 64, alpha = {\"deep\":[1]}. k may be"
                        + " how many features stay active, as in top-k SAEs.");
    }

    @Test
    void keepsOddMetadataAsTheyStandInsteadOfRefusingTheSae() {
        SaeConfig config = v6("\"dataset_path\": [\"a\", \"b\"], \"context_size\": \"long\", \"prepend_bos\": 1,"
                + " \"hook_head_index\": 1.5, \"model_name\": 7");

        assertThat(config.metadata())
                .isEqualTo(SaeMetadata.builder().saeLensVersion("6.0.0").build());
        assertThat(config.otherFields())
                .containsExactly(
                        Map.entry("dataset_path", "[\"a\",\"b\"]"),
                        Map.entry("context_size", "\"long\""),
                        Map.entry("prepend_bos", "1"),
                        Map.entry("hook_head_index", "1.5"),
                        Map.entry("model_name", "7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "standard",
                "gated",
                "jumprelu",
                "topk",
                "batchtopk",
                "matryoshka_batchtopk",
                "matching_pursuit",
                "temporal"
            })
    void readsEveryArchitecture(String architecture) {
        assertThat(v6("\"architecture\": \"" + architecture + "\"")
                        .architecture()
                        .label())
                .isEqualTo(architecture);
    }

    @ParameterizedTest
    @ValueSource(strings = {"transcoder", "skip_transcoder", "jumprelu_transcoder", "jumprelu_skip_transcoder"})
    void readsTranscodersThatDoNotSubtractBDec(String architecture) {
        SaeConfig config = v6("\"architecture\": \"" + architecture
                + "\", \"apply_b_dec_to_input\": false, \"d_out\": 5, \"reshape_activations\": \"hook_z\"");

        assertThat(config.dOut()).isEqualTo(5);
        assertThat(config.reshape()).isEqualTo(Reshape.NONE);
        String named = "\"architecture\": \"" + architecture + "\", \"sae_lens_version\": \"6.0.0\"";
        String reason =
                ", but a " + architecture + " cannot subtract b_dec from its input: b_dec belongs to its output.";
        assertRefused(named, "apply_b_dec_to_input is missing, which means true" + reason);
        assertRefused(named + ", \"apply_b_dec_to_input\": true", "apply_b_dec_to_input is true" + reason);
    }

    @Test
    void namesAnUnknownArchitecture() {
        assertRefused(
                "\"architecture\": \"Standard\"",
                "the architecture \"Standard\" is not known. Supported: standard, transcoder, skip_transcoder, jumprelu,"
                        + " jumprelu_transcoder, jumprelu_skip_transcoder, batchtopk, matryoshka_batchtopk, topk, gated,"
                        + " matching_pursuit, temporal.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"activation_fn\": \"topk\"|100",
                "\"activation_fn_str\": \"topk\", \"activation_fn_kwargs\": {\"k\": 12}|12",
                "\"activation_fn_str\": \"topk\", \"activation_fn_kwargs\": null|100",
                "\"architecture\": \"gated\", \"activation_fn\": \"topk\", \"activation_fn_kwargs\": {}|100",
                "\"architecture\": \"topk\", \"activation_fn_kwargs\": {\"k\": 7}|7",
                "\"architecture\": \"topk\", \"k\": 3|3"
            })
    void takesTheTopkFunctionOfOlderVersionsForTheArchitecture(String fields, int k) {
        JsonObject json = StrictJson.object("{\"d_in\": 8, \"d_sae\": 16, " + fields + "}", "cfg.json");
        CfgJson.Declared declared = CfgJson.read(json, "cfg.json", new Accounts(Set.of(), Set.of()));

        assertThat(declared.config().architecture().label()).isEqualTo("topk");
        assertThat(declared.parameters().size("k")).isEqualTo(k);
    }

    @Test
    void readsTheScaleOfTemporalSaes() {
        JsonObject json = StrictJson.object(
                "{\"d_in\": 8, \"d_sae\": 16, \"architecture\": \"temporal\", \"sae_lens_version\": \"6.39.0\","
                        + " \"normalize_activations\": \"constant_scalar_rescale\","
                        + " \"activation_normalization_factor\": 0.25}",
                "cfg.json");

        assertThat(CfgJson.read(json, "cfg.json", new Accounts(Set.of(), Set.of()))
                        .inputScale())
                .isEqualTo(0.25);
        assertThat(CfgJson.read(json, "cfg.json", new Accounts(Set.of(), Set.of()))
                        .config()
                        .normalization())
                .isEqualTo(Normalization.NONE);
    }

    @Test
    void refusesAnOlderFunctionThatWouldBeIgnored() {
        assertRefused(
                "\"activation_fn\": \"tanh-relu\"",
                "activation_fn is \"tanh-relu\", which is not supported; relu and topk are known.");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> v6("\"activation_fn\": \"topk\""))
                .withMessage("cfg.json: activation_fn is \"topk\", but an SAE of version 6 says its rule as its"
                        + " architecture.");
        assertThat(v6("\"activation_fn\": \"relu\"").otherFields()).isEmpty();
    }

    @Test
    void refusesAnUnknownNormalization() {
        assertRefused(
                "\"normalize_activations\": \"constant_scalar_rescale\"",
                "normalize_activations is \"constant_scalar_rescale\", which is not supported; supported are none,"
                        + " expected_average_only_in, constant_norm_rescale, layer_norm.");
    }

    @Test
    void refusesAnUnknownReshape() {
        assertRefused(
                "\"reshape_activations\": \"flatten\"",
                "reshape_activations is \"flatten\", which is not supported; supported are none, hook_z.");
    }

    @Test
    void wantsAHookOfHeadsForHookZ() {
        assertRefused(
                "\"reshape_activations\": \"hook_z\", \"hook_name\": \"blocks.1.hook_resid_post\"",
                "reshape_activations is \"hook_z\", which is for attention outputs of each head, but hook_name is"
                        + " \"blocks.1.hook_resid_post\", which does not end with _z.");
        assertThat(old("\"reshape_activations\": \"hook_z\"").reshape()).isEqualTo(Reshape.HOOK_Z);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "d_in | \"8\"",
                "d_in | 8.5",
                "d_in | 0",
                "d_in | -8",
                "d_in | 2147483648",
                "d_in | 1e999999999",
                "d_in | 1e9999999999999999",
                "d_in | [8]",
                "d_sae | true"
            })
    void refusesASizeThatIsNone(String name, String json) {
        String sizes =
                name.equals("d_in") ? "\"d_in\": " + json + ", \"d_sae\": 16" : "\"d_in\": 8, \"d_sae\": " + json;

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> read("{" + sizes + "}", "cfg.json"))
                .withMessage(
                        "cfg.json: " + name + " is " + json + ", but should be a whole number from 1 to 2147483647.");
    }

    @Test
    void readsAWholeNumberHoweverItIsWritten() {
        assertThat(read("{\"d_in\": 8.0, \"d_sae\": 1.6e1}", "cfg.json").dSae()).isEqualTo(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d_in", "d_sae"})
    void missesASize(String name) {
        String json = name.equals("d_in") ? "{\"d_sae\": 16}" : "{\"d_in\": 8}";

        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> read(json, "cfg.json"))
                .withMessage("cfg.json: the field " + name + " is missing.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"architecture\": 1 | architecture is 1, but should be a text.",
                "\"dtype\": {} | dtype is {}, but should be a text.",
                "\"apply_b_dec_to_input\": \"yes\" | apply_b_dec_to_input is \"yes\", but should be true or false.",
                "\"reshape_activations\": 1 | reshape_activations is 1, but should be a text.",
                "\"normalize_activations\": 1 | normalize_activations is 1, but should be a text.",
                "\"hook_name\": 3 | hook_name is 3, but should be a text.",
                "\"sae_lens_version\": 6 | sae_lens_version is 6, but should be a text."
            })
    void refusesFieldsOfAnotherType(String fields, String sentence) {
        assertRefused(fields, sentence);
    }

    private static SaeConfig read(String fields) {
        return read("{\"d_in\": 8, \"d_sae\": 16" + (fields.isEmpty() ? "" : ", " + fields) + "}", "cfg.json");
    }

    private static SaeConfig old(String fields) {
        return read(fields);
    }

    private static SaeConfig v6(String fields) {
        return read("\"sae_lens_version\": \"6.0.0\"" + (fields.isEmpty() ? "" : ", " + fields));
    }

    private static void assertNotUnderstood(String fields, String sentence) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> read(fields))
                .withMessageStartingWith("cfg.json has ")
                .withMessageContaining(sentence);
    }

    private static void assertRefused(String fields, String sentence) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> read(fields))
                .withMessage("cfg.json: " + sentence);
    }

    private static SaeConfig read(String text, String file) {
        return CfgJson.read(StrictJson.object(text, file), file, new Accounts(Set.of(), Set.of()))
                .config();
    }
}
