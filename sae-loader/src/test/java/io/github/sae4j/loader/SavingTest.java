package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.WeightType;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.fixtures.Tensor;
import io.github.sae4j.safetensors.SafetensorsFile;
import io.github.sae4j.safetensors.TensorView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An SAE that is saved and opened again is the same one, in the files that SAELens would have written. */
class SavingTest {

    private static final List<String> OF_OLDER_VERSIONS = List.of("legacy-standard-v3", "legacy-topk-activation-fn");

    @TempDir
    private Path temporary;

    private Path folder;

    @BeforeEach
    void nameTheFolder() {
        folder = temporary.resolve("saved");
    }

    static List<ReferenceCase> referenceCases() {
        return ReferenceCase.all();
    }

    static List<ReferenceCase> referenceCasesOfVersion6() {
        return ReferenceCase.all().stream()
                .filter(reference -> !OF_OLDER_VERSIONS.contains(reference.name()))
                .toList();
    }

    static List<PublisherCase> publisherCases() {
        return PublisherCase.all().stream()
                .filter(published -> !List.of("gemma_3_clt", "mntss_clt_layer").contains(published.name()))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("referenceCases")
    void givesTheReferenceNumbersAgain(ReferenceCase reference) {
        try (SparseAutoencoder sae = open(reference)) {
            SAE.save(sae, folder);
            try (SparseAutoencoder saved = open(folder)) {
                requireNumbers(
                        saved,
                        reference.tensor("x"),
                        reference.expected("acts"),
                        reference.expected("recon"),
                        reference.expected("out"));
                assertThat(saved.weightType()).isEqualTo(sae.weightType());
                assertThat(saved.config().otherFields()).isEqualTo(sae.config().otherFields());
                assertThat(saved.config().applyBDecToInput())
                        .isEqualTo(sae.config().applyBDecToInput());
                assertThat(saved.config().reshape()).isEqualTo(sae.config().reshape());
                assertThat(saved.config().normalization())
                        .isEqualTo(sae.config().normalization());
                assertThat(saved.config().metadata().hookName())
                        .isEqualTo(sae.config().metadata().hookName());
                assertThat(saved.sparsity().isPresent())
                        .isEqualTo(sae.sparsity().isPresent());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("publisherCases")
    void givesThePublishersNumbersAgain(PublisherCase published) {
        try (SparseAutoencoder sae = open(published)) {
            SAE.save(sae, folder);
            try (SparseAutoencoder saved = open(folder)) {
                requireNumbers(
                        saved,
                        published.tensor("x"),
                        published.expected("acts").values(),
                        published.expected("recon").values(),
                        published.expected("out").values());
                assertThat(saved.config().architecture()).isEqualTo(sae.config().architecture());
                assertThat(saved.config().metadata().hookName())
                        .isEqualTo(sae.config().metadata().hookName());
                assertThat(saved.config().otherFields()).isEqualTo(sae.config().otherFields());
                boolean rescaled = saved.normScalingFactor() != sae.normScalingFactor();
                assertThat(saved.weightType()).isEqualTo(rescaled ? WeightType.FLOAT32 : sae.weightType());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("referenceCasesOfVersion6")
    void writesWhatSaeLensWrote(ReferenceCase reference) throws IOException {
        try (SparseAutoencoder sae = open(reference)) {
            SAE.save(sae, folder);
        }
        assertThat(json(folder)).isEqualTo(json(reference.folder()));
        assertThat(tensors(folder.resolve("sae_weights.safetensors")))
                .isEqualTo(tensors(reference.folder().resolve("sae_weights.safetensors")));
        Path sparsity = reference.folder().resolve("sparsity.safetensors");
        if (Files.exists(sparsity)) {
            assertThat(tensors(folder.resolve("sparsity.safetensors"))).isEqualTo(tensors(sparsity));
        }
        assertThat(names(folder))
                .containsOnlyOnceElementsOf(List.of("cfg.json", "sae_weights.safetensors"))
                .hasSize(Files.exists(sparsity) ? 3 : 2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard-f32", "gated-f32", "jumprelu-f32", "jumprelu-skip-transcoder-f32"})
    void foldsDecoderNormsIntoTheWeightsAsSaeLensDoes(String name) {
        ReferenceCase reference = ReferenceCase.named(name);
        try (SparseAutoencoder sae = open(reference);
                SparseAutoencoder folded = sae.foldDecoderNorms()) {
            SAE.save(folded, folder);
        }
        Path weights = folder.resolve("sae_weights.safetensors");
        for (String tensor : Tensor.names(weights)) {
            assertThat(Tensor.read(weights, tensor).values())
                    .as(tensor)
                    .is(closeTo(reference.tensor("folded." + tensor).values()));
        }
        try (SparseAutoencoder saved = open(folder)) {
            requireNumbers(
                    saved,
                    reference.tensor("x"),
                    reference.tensor("acts_folded").values(),
                    reference.tensor("recon_folded").values(),
                    reference.expected("out"));
            assertThat(saved.hasFoldedDecoderNorms()).isFalse();
        }
    }

    @Test
    void foldsNormsOfATopKThatRescalesByThem() throws IOException {
        ReferenceCase reference = ReferenceCase.named("topk-rescale-by-decoder-norm");
        try (SparseAutoencoder sae = open(reference);
                SparseAutoencoder folded = sae.foldDecoderNorms()) {
            SAE.save(folded, folder);
        }
        assertThat(json(folder)
                        .getAsJsonObject()
                        .get("rescale_acts_by_decoder_norm")
                        .getAsBoolean())
                .isFalse();
        try (SparseAutoencoder saved = open(folder)) {
            requireNumbers(
                    saved,
                    reference.tensor("x"),
                    reference.expected("acts"),
                    reference.expected("recon"),
                    reference.expected("out"));
        }
    }

    @Test
    void foldsTheNormScalingFactorAndTheNormsTogether() {
        PublisherCase published = PublisherCase.named("llama_scope");
        float[] activations = published.tensor("x").values();
        try (SparseAutoencoder sae = open(published);
                SparseAutoencoder folded = sae.foldDecoderNorms();
                NDManager manager = sae.newManager()) {
            assertThat(sae.normScalingFactor()).isNotEqualTo(1);
            SAE.save(folded, folder);
            try (SparseAutoencoder saved = open(folder)) {
                NDArray x = manager.create(
                        activations, new Shape(published.tensor("x").shape()));
                assertThat(saved.normScalingFactor()).isEqualTo(1);
                assertThat(saved.config().normalization().label()).isEqualTo("none");
                assertThat(saved.encodeDense(x).toFloatArray())
                        .is(closeTo(folded.encodeDense(x).toFloatArray()));
                assertThat(saved.reconstruct(x).toFloatArray())
                        .is(closeTo(folded.reconstruct(x).toFloatArray()));
                assertThat(saved.foldDecoderNorms().encodeDense(x).toFloatArray())
                        .is(closeTo(saved.encodeDense(x).toFloatArray()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(WeightType.class)
    void convertsMatricesToTheTypeThatIsAskedFor(WeightType type) {
        ReferenceCase reference = ReferenceCase.named("jumprelu-f32");
        try (SparseAutoencoder sae = open(reference);
                SparseAutoencoder converted =
                        SAE.from(reference.folder()).dtype(type).open();
                NDManager manager = sae.newManager()) {
            SAE.save(sae, folder, type);
            try (SparseAutoencoder saved = open(folder)) {
                NDArray x = manager.create(reference.input(), new Shape(reference.inputShape()));
                assertThat(saved.weightType()).isEqualTo(type);
                // Thresholds would be rounded in 16 bits, so SAELens is told to read all tensors as float32.
                assertThat(saved.config().dtype()).contains("float32");
                assertThat(saved.encodeDense(x).toFloatArray())
                        .isEqualTo(converted.encodeDense(x).toFloatArray());
            }
        }
    }

    @Test
    void keepsBiasesThatFitInTheMatricesType() {
        SaeConfig config;
        try (SparseAutoencoder sae = open(ReferenceCase.named("jumprelu-bf16"))) {
            SAE.save(sae, folder, WeightType.FLOAT32);
            SAE.save(sae, temporary.resolve("as it is"));
            config = sae.config();
        }
        assertThat(config.dtype()).contains("bfloat16");
        try (SparseAutoencoder wide = open(folder);
                SparseAutoencoder same = open(temporary.resolve("as it is"))) {
            assertThat(wide.config().dtype()).contains("float32");
            assertThat(same.config().dtype()).contains("bfloat16");
        }
    }

    @Test
    void savesTemporalWeightsOnceIfTheyAreTied() {
        try (SparseAutoencoder sae = open(PublisherCase.named("temporal"))) {
            SAE.save(sae, folder);
        }
        assertThat(Tensor.names(folder.resolve("sae_weights.safetensors")))
                .contains("W_dec", "attn_layers.0.q_target.weight")
                .doesNotContain("W_enc");
    }

    @Test
    void putsFieldsThatNobodyReadsWhereTheyWere() throws IOException {
        String config = """
                {"architecture": "standard", "d_in": 2, "d_sae": 3, "dtype": "float32", "mine": [1, {"a": null}, 1e30],
                 "activation_fn_kwargs": {"slope": 0.10}, "device": "cuda:3",
                 "metadata": {"sae_lens_version": "6.18.0", "model_name": "a<b", "run": {"seed": 12345678901234567890}}}
                """;
        Path written = new TinySae().config(config).in(temporary.resolve("source"));
        try (SparseAutoencoder sae = SAE.from(written)
                .allowUnknown("mine", "activation_fn_kwargs.slope")
                .device(Device.cpu())
                .open()) {
            SAE.save(sae, folder);
        }
        JsonObject saved = json(folder).getAsJsonObject();
        JsonObject source = JsonParser.parseString(config).getAsJsonObject();
        for (String field : List.of("mine", "activation_fn_kwargs", "metadata")) {
            assertThat(saved.get(field)).isEqualTo(source.get(field));
        }
        assertThat(saved.get("device").getAsString()).isEqualTo("cpu");
    }

    @Test
    void leavesAFactorThatNobodyKnowsUnsaid() {
        String config = """
                {"architecture": "standard", "d_in": 2, "d_sae": 3, "normalize_activations": "expected_average_only_in",
                 "metadata": {"sae_lens_version": "6.18.0"}}
                """;
        Path source = new TinySae().config(config).in(temporary.resolve("source"));
        try (SparseAutoencoder sae = open(source)) {
            SAE.save(sae, folder);
        }
        try (SparseAutoencoder saved = open(folder)) {
            assertThat(saved.config().normalization().label()).isEqualTo("expected_average_only_in");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gemma_3_clt", "mntss_clt_layer"})
    void refusesAnSaeThatCannotDecode(String name) throws IOException {
        try (SparseAutoencoder sae = open(PublisherCase.named(name))) {
            assertThatThrownBy(() -> SAE.save(sae, folder))
                    .isInstanceOf(SaeLoadException.class)
                    .hasMessageContaining("without a decoder")
                    .hasMessageContaining("one layer of a cross-layer transcoder");
        }
        assertThat(names(temporary)).isEmpty();
    }

    @Test
    void refusesAClosedSae() throws IOException {
        SparseAutoencoder sae = open(ReferenceCase.named("standard-f32"));
        sae.close();
        assertThatThrownBy(() -> SAE.save(sae, folder))
                .isInstanceOf(SaeLoadException.class)
                .hasMessage("The SAE cannot be saved: This SAE is closed already.");
        assertThat(names(temporary)).isEmpty();
    }

    private static void requireNumbers(SparseAutoencoder sae, Tensor x, float[] acts, float[] recon, float[] out) {
        try (NDManager manager = sae.newManager()) {
            NDArray input = manager.create(x.values(), new Shape(x.shape()));
            assertThat(sae.encodeDense(input).toFloatArray()).is(closeTo(acts));
            assertThat(sae.decode(sae.encode(input), manager).toFloatArray()).is(closeTo(recon));
            assertThat(sae.reconstruct(input).toFloatArray()).is(closeTo(out));
        }
    }

    private static SparseAutoencoder open(Path folder) {
        return SAE.from(folder).device(Device.cpu()).open();
    }

    private static SparseAutoencoder open(ReferenceCase reference) {
        return open(reference.folder());
    }

    private static SparseAutoencoder open(PublisherCase published) {
        SaeLoader loader = SAE.from(published.repositoryFolder().resolve(published.path()))
                .device(Device.cpu())
                .format(published.fact("format"));
        published
                .optionalFact("norm_scaling_factor")
                .ifPresent(factor -> loader.normScalingFactor(Double.parseDouble(factor)));
        if (published.fact("format").equals("qwen_scope")) {
            loader.override("k", 8);
        }
        if (published.name().equals("gemma_2_att")) {
            // On the hub the repository's name says so.
            loader.override("reshape_activations", "hook_z").override("hook_name", published.fact("hook_name"));
        }
        return loader.open();
    }

    private static JsonElement json(Path folder) throws IOException {
        return JsonParser.parseString(Files.readString(folder.resolve("cfg.json")));
    }

    private static Map<String, String> tensors(Path file) {
        try (SafetensorsFile opened = SafetensorsFile.open(file)) {
            return opened.tensors().stream()
                    .collect(Collectors.toMap(
                            TensorView::name, SavingTest::typeShapeAndBytes, (one, other) -> one, TreeMap::new));
        }
    }

    private static String typeShapeAndBytes(TensorView tensor) {
        byte[] bytes = new byte[(int) tensor.byteSize()];
        tensor.slice().get(bytes);
        return tensor.dtype() + Arrays.toString(tensor.shape()) + HexFormat.of().formatHex(bytes);
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
