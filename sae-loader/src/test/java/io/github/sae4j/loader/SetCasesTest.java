package io.github.sae4j.loader;

import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.github.sae4j.core.Kernel;
import io.github.sae4j.core.SaeCapability;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.core.SparseFeatures;
import io.github.sae4j.fixtures.SetCase;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sets of layers in publishers' own files, with the publisher's numbers. */
class SetCasesTest {

    @TempDir
    private Path cache;

    static List<SetCase> cases() {
        return SetCase.all();
    }

    static Stream<Arguments> casesAndKernels() {
        return cases().stream()
                .flatMap(published -> Stream.of(Kernel.values()).map(kernel -> Arguments.of(published, kernel)));
    }

    @ParameterizedTest
    @MethodSource("casesAndKernels")
    void computeThePublishersNumbers(SetCase published, Kernel kernel) {
        try (SaeSet set = SAE.from(published.setFolder())
                .device(Device.cpu())
                .kernel(kernel)
                .openSet()) {
            requireNumbers(set, published);
        }
    }

    private static void requireNumbers(SaeSet set, SetCase published) {
        float[][][] x = published.x();
        LayeredFeatures features = set.encode(x);
        float[][][] recon = published.expected("recon");
        float[][][] acts = published.expected("acts");
        for (int layer = 0; layer < set.layers(); layer++) {
            float[] expected = SetCase.flat(new float[][][] {ofLayer(acts, layer)});
            assertThat(SetCase.flat(new float[][][] {features.layer(layer).toDense()}))
                    .is(closeTo(expected));
            assertThat(set.encode(layer, ofLayer(x, layer)).values())
                    .isEqualTo(features.layer(layer).values());
        }
        assertThat(SetCase.flat(set.decode(features))).is(closeTo(SetCase.flat(recon)));
        assertThat(SetCase.flat(set.reconstruct(x))).is(closeTo(SetCase.flat(published.expected("out"))));
    }

    private static float[][] ofLayer(float[][][] all, int layer) {
        return Stream.of(all).map(token -> token[layer]).toArray(float[][]::new);
    }

    @Test
    void endCallsThatTakeLongerThanClosingMay() {
        SetCase published = cases().get(0);
        float[][][] x = published.x();
        SaeSet set = SAE.from(published.setFolder()).device(Device.cpu()).openSet();
        CompletableFuture<Void> calls = CompletableFuture.runAsync(() -> {
            while (true) {
                set.reconstruct(x);
            }
        });
        set.reconstruct(x);

        set.close(Duration.ZERO);

        assertThatThrownBy(calls::join)
                .cause()
                .isInstanceOfAny(IllegalStateException.class, SaeException.class)
                .message()
                .contains("closed");
        assertThatIllegalStateException().isThrownBy(() -> set.encode(x));
        set.close(Duration.ofSeconds(Long.MAX_VALUE));
    }

    @Test
    void tellWhetherDecodingIsTheWholeReconstruction() {
        try (SaeSet affine =
                        SAE.from(SetCase.named("gs2_clt_affine").setFolder()).openSet();
                SaeSet plain =
                        SAE.from(SetCase.named("ct_clt_relu").setFolder()).openSet()) {
            assertThat(affine.capabilities().reasonAgainst(SaeCapability.DECODE_WHOLLY))
                    .contains("The skip terms come from the activations, and are not in the features.");
            assertThat(plain.capabilities().has(SaeCapability.DECODE_WHOLLY)).isTrue();
            assertThat(plain.capabilities().has(SaeCapability.FOLD_DECODER_NORMS))
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void areFetchedLayerByLayerAndOpenOfflineAfterwards(SetCase published) {
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            SaeLoader loader =
                    SAE.from(published.repository(), published.path()).hub(config);
            try (SaeSet set = loader.openSet()) {
                requireNumbers(set, published);
                assertThat(set.source().repository()).contains(published.repository());
            }
            hub.forgetRequests();
            try (SaeSet set = SAE.from(published.repository(), published.path())
                    .hub(HubConfigs.offline(config))
                    .openSet()) {
                requireNumbers(set, published);
            }
            assertThat(hub.requests()).isEmpty();
        }
    }

    @Test
    void encodingFetchesNoDecodersThatLieApart() throws IOException {
        SetCase published = SetCase.named("ct_clt_relu");
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            try (SaeSet set = SAE.from(published.repository(), "").hub(config).openSet()) {
                set.encode(1, ofLayer(published.x(), 1));
            }
            try (Stream<Path> files = Files.walk(cache)) {
                assertThat(files.filter(file -> file.toString().contains("snapshots"))
                                .map(file -> String.valueOf(file.getFileName()))
                                .filter(file -> file.startsWith("W_")))
                        .containsExactly("W_enc_1.safetensors");
            }
        }
    }

    @Test
    void areDownloadedAsAWhole() {
        SetCase published = SetCase.named("gs2_crosscoder");
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(cache)
                    .build();
            Path folder = SAE.from(published.repository(), published.path())
                    .hub(config)
                    .download();
            try (SaeSet set = SAE.openSet(folder)) {
                requireNumbers(set, published);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ct_clt_relu, 2, blocks.2.hook_resid_mid, blocks.2.hook_mlp_out",
        "gs2_clt, 3, blocks.3.hook_mlp_in, blocks.3.hook_mlp_out",
        "gs2_crosscoder, 0, blocks.7.hook_resid_post, blocks.7.hook_resid_post",
        "gs2_crosscoder, 3, blocks.22.hook_resid_post, blocks.22.hook_resid_post"
    })
    void knowWhereEachLayerReadsAndWrites(String name, int layer, String read, String written) {
        try (SaeSet set = SAE.openSet(SetCase.named(name).setFolder())) {
            assertThat(set.layer(layer).readHook()).contains(read);
            assertThat(set.layer(layer).writtenHook()).contains(written);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ct_clt_jumprelu, 3, 3, blocks.3.hook_resid_mid",
        "ct_clt_jumprelu_bf16, 2, 2, blocks.2.hook_resid_mid",
        "gs2_crosscoder, 3, params_layer_3, blocks.22.hook_resid_post",
        "gs2_clt_affine, 1, params_layer_1, blocks.1.hook_mlp_in"
    })
    void giveSingleLayersThatEncodeAndNameTheSetWhenAskedToDecode(String name, int layer, String member, String hook) {
        SetCase published = SetCase.named(name);
        float[][] x = ofLayer(published.x(), layer);
        float[] acts = SetCase.flat(new float[][][] {ofLayer(published.expected("acts"), layer)});
        try (SaeSet set = SAE.openSet(published.setFolder());
                SparseAutoencoder ofSet = set.sae(layer);
                SparseAutoencoder alone = SAE.fromDisk(published.setFolder().resolve(member))) {
            for (SparseAutoencoder sae : List.of(ofSet, alone)) {
                SparseFeatures features = sae.encode(x);
                assertThat(SetCase.flat(new float[][][] {features.toDense()})).is(closeTo(acts));
                assertThat(sae.config().metadata().hookName()).contains(hook);
                assertThatExceptionOfType(SaeException.class)
                        .isThrownBy(() -> sae.decode(features))
                        .withMessageContaining("The set, ")
                        .withMessageContaining(published.setFolder().toString());
            }
        }
    }

    @Test
    void areNoSaes() {
        SetCase published = SetCase.named("gs2_clt");
        assertThatExceptionOfType(SaeSetException.class)
                .isThrownBy(() -> SAE.fromDisk(published.setFolder()))
                .withMessageContaining("is a set of layers")
                .withMessageContaining("openSet()")
                .withMessageContaining("params_layer_0");
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.openSet(published.setFolder().resolve("params_layer_0")))
                .withMessageContaining("is no set of layers");
    }

    @Test
    void computeTheSameOnEightThreadsFromTheFirstCallOn() throws Exception {
        SetCase published = SetCase.named("gs2_clt_affine");
        try (SaeSet set = SAE.openSet(published.setFolder())) {
            EightThreads.run(() -> requireNumbers(set, published));
        }
    }

    @Test
    void refuseWhatIsNull() {
        SetCase published = SetCase.named("ct_clt_relu");
        try (SaeSet set = SAE.openSet(published.setFolder())) {
            float[][][] x = published.x();
            float[][][] withoutToken = {x[0], null};
            float[][][] withoutLayer = {x[0].clone()};
            withoutLayer[0][1] = null;
            assertThatNullPointerException()
                    .isThrownBy(() -> set.encode(null))
                    .withMessage("activations must not be null.");
            assertThatNullPointerException()
                    .isThrownBy(() -> set.encode(withoutToken))
                    .withMessage("activations[1] must not be null.");
            assertThatNullPointerException()
                    .isThrownBy(() -> set.encode(withoutLayer))
                    .withMessage("activations[0][1] must not be null.");
            assertThatNullPointerException().isThrownBy(() -> set.encode(0, null));
            assertThatNullPointerException()
                    .isThrownBy(() -> set.decode(null))
                    .withMessage("features must not be null.");
            assertThatNullPointerException().isThrownBy(() -> set.reconstruct(x, null));
            assertThatNullPointerException().isThrownBy(() -> new LayeredFeatures(null));
            assertThatNullPointerException().isThrownBy(() -> LayeredFeatures.of(null, 1));
            assertThatNullPointerException()
                    .isThrownBy(() ->
                            new LayeredFeatures(Arrays.asList(set.encode(x).layer(0), null)))
                    .withMessage("layer must not be null.");
        }
    }

    @Test
    void refuseCallsOnceTheyAreClosed() {
        SetCase published = SetCase.named("ct_clt_relu");
        SaeSet set = SAE.openSet(published.setFolder());
        LayeredFeatures features = set.encode(published.x());
        set.close();
        set.close();
        assertThatIllegalStateException()
                .isThrownBy(() -> set.decode(features))
                .withMessage("This set of layers is closed already.");
    }
}
