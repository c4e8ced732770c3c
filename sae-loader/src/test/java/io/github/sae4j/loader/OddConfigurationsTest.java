package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.safetensors.Dtype;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        requireRefused(SAE.load(sae), "config.json: expansion_factor is 99999999, which makes too large a size of 24.");
    }

    @Test
    void aNumberOfLatentsThatIsNotWhole() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\"num_latents\": \\d+", "\"num_latents\": 1.5");
        requireRefused(SAE.load(sae), "cfg.json: num_latents is 1.5, but should be a whole number");
    }

    @Test
    void aNumberOfActiveFeaturesThatOnlyTheUserKnows() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\"k\": \\d+, ", "");
        requireRefused(SAE.load(sae), "cfg.json: the field k is missing.");
        SAE.load(sae).override("k", 6).device(Device.cpu()).open().close();
    }

    @Test
    void anotherRuleThanTopKInSparsify() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\\{", "{\"activation\": \"softmax\", ");
        requireRefused(SAE.load(sae), "cfg.json: activation is \"softmax\", but only topk, groupmax are known.");
    }

    @Test
    void aSkipConnectionInSparsify() throws IOException {
        Path sae = changed("sparsify_w_enc", "cfg.json", "\\{", "{\"skip_connection\": true, ");
        requireRefused(SAE.load(sae), "has no tensor W_skip");
    }

    @Test
    void aSkipMatrixThatIsSaidButMissing() throws IOException {
        Path sae = copyOf("gemma_3_transcoder");
        Path config = sae.resolve("config.json");
        Files.writeString(
                config,
                Files.readString(config).replaceFirst("\"affine_connection\": false", "\"affine_connection\": true"));
        requireRefused(SAE.load(sae), "has no tensor W_skip");
    }

    @Test
    void numbersInYamlThatAreNone() throws IOException {
        Path sae = changed("temporal", "conf.yaml", "scaling_factor: .*", "scaling_factor: .nan");
        requireRefused(SAE.load(sae), "conf.yaml: sae.scaling_factor is \".nan\", but should be a finite number.");
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

        SAE.load(sae).device(Device.cpu()).open().close();
    }

    @Test
    void anotherKInTheFileThanInTheConfiguration() throws IOException {
        Path sae = changed("dictionary_learning_1_batchtopk", "config.json", "BatchTopKSAE", "AutoEncoderTopK");
        Path config = sae.resolve("config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"k\": 6", "\"k\": 5"));

        requireRefused(SAE.load(sae), "has k = 6, but config.json says 5.");
    }

    @Test
    void yamlThatHoldsItself() throws IOException {
        Path sae = changed("temporal", "conf.yaml", "n_heads: .*", "n_heads: &x [[*x]]");
        requireRefused(SAE.load(sae), "conf.yaml is nested deeper than 64, or holds itself.");
    }

    @Test
    void aScalingFactorForAllFeatures() {
        Path ones = new TinySae()
                .tensor("scaling_factor", Dtype.F32, new float[] {1})
                .in(copy);
        SAE.load(ones).device(Device.cpu()).open().close();
        Path two = new TinySae()
                .tensor("scaling_factor", Dtype.F32, new float[] {2})
                .in(temporary.resolve("two"));
        requireRefused(SAE.load(two), "scaling_factor is not all ones (2.0 is among them).");
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
        String text = Files.readString(sae.resolve(file));
        String other = text.replaceFirst(pattern, replacement);
        assertThat(other).isNotEqualTo(text);
        Files.writeString(sae.resolve(file), other);
        return sae;
    }

    private Path copyOf(String name) throws IOException {
        PublisherCase published = PublisherCase.named(name);
        Path source = published.repositoryFolder();
        List<Path> files;
        try (Stream<Path> all = Files.walk(source)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path target = copy.resolve(source.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
        }
        return copy.resolve(published.path());
    }
}
