package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.fixtures.KindCase;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What publishers' configurations may say by mistake ends in a sentence about the field. */
class OddConfigurationsTest {

    @TempDir
    private Path temporary;

    private Path copy;

    @BeforeEach
    void nameTheCopy() {
        copy = temporary.resolve("copy");
    }

    @Test
    void aSizeThatIsTooLargeAMultiple() throws IOException {
        Path sae = changed(
                "llama_scope_r1_distill",
                "config.json",
                "\"expansion_factor\": \\d+",
                "\"expansion_factor\": 99999999");
        requireRefused(SAE.from(sae), "config.json: expansion_factor is 99999999, which makes too large a size of 24.");
    }

    @Test
    void aNumberOfLatentsThatIsNotWhole() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\"num_latents\": \\d+", "\"num_latents\": 1.5");
        requireRefused(SAE.from(sae), "cfg.json: num_latents is 1.5, but should be a whole number");
    }

    @Test
    void aNumberOfActiveFeaturesThatOnlyTheUserKnows() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\"k\": \\d+, ", "");
        requireRefused(SAE.from(sae), "cfg.json: the field k is missing.");
        SAE.from(sae).override("k", 6).device(Device.cpu()).open().close();
    }

    @Test
    void anotherRuleThanTopKInSparsify() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\\{", "{\"activation\": \"softmax\", ");
        requireRefused(SAE.from(sae), "cfg.json: activation is \"softmax\", but only topk, groupmax are known.");
    }

    @Test
    void aSkipConnectionInSparsify() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\\{", "{\"skip_connection\": true, ");
        requireRefused(SAE.from(sae), "has no tensor W_skip");
    }

    @Test
    void aSkipMatrixThatIsSaidButMissing() throws IOException {
        Path sae = copyOf("gemma_3_transcoder");
        change(sae.resolve("config.json"), "\"affine_connection\": false", "\"affine_connection\": true");
        requireRefused(SAE.from(sae), "has no tensor W_skip");
    }

    @Test
    void numbersInYamlThatAreNone() throws IOException {
        Path sae = changed("temporal", "conf.yaml", "scaling_factor: .*", "scaling_factor: .nan");
        requireRefused(SAE.from(sae), "conf.yaml: sae.scaling_factor is \".nan\", but should be a finite number.");
    }

    @Test
    void aConfigurationAsThePublishersTrainingWritesItIsUnderstood() throws IOException {
        Path sae = changed(
                "temporal", "conf.yaml", "tied_weights: true", "tied_weights: True\n  block_id: 1\n  gamma_reg: 10");
        Path config = sae.resolve("conf.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        + "\ndevice_id: 'cuda:0'\nhydra:\n  output_subdir: Null\neval: {save_tables: False}\n");

        SAE.from(sae).device(Device.cpu()).open().close();
    }

    @Test
    void anotherKInTheFileThanInTheConfiguration() throws IOException {
        Path sae = changed("dictionary_learning_1_batchtopk", "config.json", "BatchTopKSAE", "AutoEncoderTopK");
        change(sae.resolve("config.json"), "\"k\": 6", "\"k\": 5");

        requireRefused(SAE.from(sae), "has k = 6, but config.json says 5.");
    }

    @Test
    void yamlThatHoldsItself() throws IOException {
        Path sae = changed("temporal", "conf.yaml", "n_heads: .*", "n_heads: &x [[*x]]");
        requireRefused(SAE.from(sae), "conf.yaml is nested deeper than 64, or holds itself.");
    }

    @Test
    void aScalingFactorForAllFeatures() {
        Path ones = new TinySae()
                .tensor("scaling_factor", Dtype.F32, new float[] {1})
                .in(copy);
        SAE.from(ones).device(Device.cpu()).open().close();
        assertThat(SAE.from(ones).describe().capabilities().has(SaeCapability.DECODE))
                .isTrue();
        Path two = new TinySae()
                .tensor("scaling_factor", Dtype.F32, new float[] {2})
                .in(temporary.resolve("two"));
        requireRefused(SAE.from(two), "scaling_factor is not all ones (2.0 is among them).");
        Path matrix = new TinySae()
                .tensor("scaling_factor", Dtype.F32, new float[] {1, 1, 1}, 3, 1)
                .in(temporary.resolve("matrix"));
        requireRefused(SAE.from(matrix), "scaling_factor has the shape [3, 1], but should have at most 1 axis.");
    }

    @Test
    void anotherKThanTheFilesThatTheUserSets() throws IOException {
        Path sae = changed("dictionary_learning_1_batchtopk", "config.json", "BatchTopKSAE", "AutoEncoderTopK");
        try (SparseAutoencoder opened =
                SAE.from(sae).override("k", 2).device(Device.cpu()).open()) {
            float[] token = new float[opened.config().dIn()];
            Arrays.fill(token, 1);
            assertThat(opened.encode(token).activeCount()).isEqualTo(2);
        }
    }

    @Test
    void twoPlacesForKThatSayDifferentThings() {
        String both = "{\"architecture\": \"topk\", \"d_in\": 2, \"d_sae\": 3, \"k\": 1, \"dtype\": \"float32\","
                + " \"activation_fn_kwargs\": {\"k\": 2}}";
        Path sae = new TinySae().config(both).in(copy);
        requireRefused(SAE.from(sae), "cfg.json: activation_fn_kwargs.k is 2, but k is 1.");
        SAE.from(sae).override("k", 3).device(Device.cpu()).open().close();
        Path same =
                new TinySae().config(both.replace("{\"k\": 2}", "{\"k\": 1}")).in(temporary.resolve("same"));
        SAE.from(same).device(Device.cpu()).open().close();
    }

    @Test
    void anActivationFunctionThatTheUserSetsOverAnotherRule() {
        Path sae = new TinySae()
                .config("{\"architecture\": \"topk\", \"d_in\": 2, \"d_sae\": 3, \"k\": 1, \"dtype\": \"float32\"}")
                .in(copy);
        requireRefused(
                SAE.from(sae).override("activation_fn", "relu"),
                "activation_fn is \"relu\", but the architecture is topk, which has a rule of its own.");
    }

    @Test
    void aFieldOfAnotherRuleThatTheUserSets() throws IOException {
        Path sae = copyOf(ReferenceCase.named("temporal-f32").folder(), "");
        SAE.from(sae).override("kval_topk", 2).device(Device.cpu()).open().close();
        requireRefused(
                SAE.from(sae).override("sae_diff_type", "relu").override("kval_topk", 2),
                "The field kval_topk was set, but a temporal SAE does not read it.");
    }

    @Test
    void aTensorOfTheNameOfAFieldThatTheUserSets() {
        Path sae = new TinySae()
                .config("{\"architecture\": \"topk\", \"d_in\": 2, \"d_sae\": 3, \"k\": 1, \"dtype\": \"float32\"}")
                .tensor("k", Dtype.F32, new float[] {1}, 1)
                .in(copy);
        requireRefused(SAE.from(sae).override("k", 2), "nothing here understands in a topk SAE: k F32 [1].");
    }

    @Test
    void noRuleInLlamaScope() throws IOException {
        Path sae = changed("llama_scope", "hyperparams.json", "\"act_fn\": \"jumprelu\",", "");
        requireRefused(SAE.from(sae), "act_fn is absent, so that the rule is not said");
    }

    @Test
    void aSkipMatrixThatIsThereButDenied() throws IOException {
        Path sae = changed(
                "gemma_3_transcoder_affine",
                "config.json",
                "\"affine_connection\": true",
                "\"affine_connection\": false");
        requireRefused(
                SAE.from(sae),
                "config.json says affine_connection = false, but there is a tensor affine_skip_connection.");
    }

    @Test
    void aSkipConnectionOfWhatIsNoTranscoder() throws IOException {
        Path sae = changed("gemma_3_resid_post", "config.json", "\\{", "{\"affine_connection\": true, ");
        requireRefused(
                SAE.from(sae),
                "config.json says affine_connection = true, but there is no tensor affine_skip_connection.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"clt", "crosscoder"})
    void aTypeOfSeveralLayersOverOneLayer(String type) throws IOException {
        Path sae = changed("gemma_3_resid_post", "config.json", "\"type\": \"sae\"", "\"type\": \"" + type + "\"");
        requireRefused(SAE.from(sae), "type is \"" + type + "\", of which w_dec has an axis of layers, but ");
    }

    @Test
    void aLimitThatNoRuleTakes() throws IOException {
        Path sae = copyOf(KindCase.named("ct_plt_relu"));
        Path config = sae.getParent().resolve("config.yaml");
        Files.writeString(config, Files.readString(config) + "\nk: 5\n");
        requireRefused(SAE.from(sae), "k is 5, but no activation is named, so that nothing would use it.");
        Files.writeString(config, Files.readString(config) + "activation: relu\n");
        requireRefused(SAE.from(sae), "k is 5, but the activation is relu, so that nothing would use it.");
    }

    @Test
    void anotherKBesideTranscodersThanInThem() throws IOException {
        Path sae = copyOf(KindCase.named("ct_plt_topk_saved"));
        Path config = sae.getParent().resolve("config.yaml");
        Files.writeString(config, Files.readString(config) + "\nactivation: topk\nk: 5\n");
        requireRefused(SAE.from(sae), "but config.yaml says 5.");
        SAE.from(sae).override("k", 5).device(Device.cpu()).open().close();
    }

    @Test
    void anotherWidthOfACrosscodersModels() throws IOException {
        Path sae = copyOf(KindCase.named("crosscoder_kissane"));
        change(sae.resolve("cfg.json"), "\"d_in\": 12", "\"d_in\": 13");
        requireRefused(SAE.from(sae), "W_enc has 12 elements for each of its 2 models, but cfg.json says d_in = 13.");
    }

    @Test
    void anInterPlmSaeOfBatchTopKWithoutAThreshold() throws IOException {
        Path sae = copyOf(KindCase.named("interplm_batchtopk"));
        renamed(sae.resolve("ae.pt"), "threshold", "thresholx");
        requireRefused(
                SAE.from(sae).allowUnknown("thresholx"),
                "ae.pt has no threshold, which stands for k in an SAE of batch top-k once it is trained.");
        Files.writeString(sae.resolve("config.yaml"), "seed: 1\n");
        requireRefused(
                SAE.from(sae).allowUnknown("thresholx"),
                "ae.pt has k, as top-k and batch top-k SAEs have, and no config.yaml says which it is.");
    }

    @Test
    void aFieldOfAnOlderLlamascopiumThatChangesNothing() throws IOException {
        Path sae = copyOf(KindCase.named("lm_sae_jumprelu"));
        change(sae.resolve("config.json"), "\\{", "{\"sparsity_threshold_for_csr\": 0.05, ");
        try (SparseAutoencoder opened = SAE.from(sae).device(Device.cpu()).open()) {
            assertThat(opened.config().metadata().datasetPath()).isEmpty();
        }
    }

    @Test
    void aMissingFactorIsWarnedOfOnceWhetherTheSaeIsDescribedOrOpened() {
        Path sae = new TinySae()
                .config(TinySae.CONFIG.replace(
                        "\"d_in\"", "\"normalize_activations\": \"expected_average_only_in\", \"d_in\""))
                .in(copy);
        for (Runnable look : List.<Runnable>of(
                () -> SAE.from(sae).describe(),
                () -> SAE.from(sae).device(Device.cpu()).open().close())) {
            try (CapturedLog log = new CapturedLog()) {
                look.run();
                assertThat(log.lines("WARN")).singleElement().asString().contains("expected_average_only_in");
            }
        }
    }

    /** Rewrites a file of PyTorch with another name of the same length in its pickle. */
    private static void renamed(Path file, String from, String to) throws IOException {
        byte[] changed = ZipCopy.of(
                file,
                pickle -> new String(pickle, StandardCharsets.ISO_8859_1)
                        .replace(from, to)
                        .getBytes(StandardCharsets.ISO_8859_1),
                Map.of());
        Files.write(file, changed);
    }

    private static void requireRefused(SaeLoader loader, String reason) {
        loader.device(Device.cpu());
        assertThatThrownBy(() -> loader.open().close())
                .isInstanceOf(SaeLoadException.class)
                .hasMessageContaining(reason);
    }

    /** Returns the SAE of a copy of a case in which a file's text is another. */
    private Path changed(String name, String file, String pattern, String replacement) throws IOException {
        Path sae = copyOf(name);
        change(sae.resolve(file), pattern, replacement);
        return sae;
    }

    private static void change(Path file, String pattern, String replacement) throws IOException {
        String text = Files.readString(file);
        String other = text.replaceFirst(pattern, replacement);
        assertThat(other).isNotEqualTo(text);
        Files.writeString(file, other);
    }

    private Path copyOf(String name) throws IOException {
        PublisherCase published = PublisherCase.named(name);
        return copyOf(published.repositoryFolder(), published.path());
    }

    private Path copyOf(KindCase published) throws IOException {
        return copyOf(published.repositoryFolder(), published.path());
    }

    private Path copyOf(Path source, String path) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(source)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = copy.resolve(source.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        return copy.resolve(path);
    }
}
