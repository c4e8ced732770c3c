package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import ai.djl.Device;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A published SAE tells what it is before its weights are fetched. */
class DescribeTest {

    private static final String REPOSITORY = "owner/big";

    @TempDir
    private Path folder;

    static List<PublisherCase> cases() {
        return PublisherCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void saysOfEveryLayoutWhatOpeningFindsOut(PublisherCase published) {
        try (FakeHub hub = FakeHub.serving(published.repository(), published.repositoryFolder())
                .start()) {
            SaeDescription before = load(hub, published).describe();

            assertThat(before.isHere()).isFalse();
            assertThat(tensorFilesInTheCache()).isEmpty();
            try (SparseAutoencoder sae =
                    load(hub, published).device(Device.cpu()).open()) {
                assertThat(before.config()).isEqualTo(sae.config());
                assertThat(before.capabilities()).isEqualTo(sae.capabilities());
                assertThat(before.normScalingFactor()).isEqualTo(sae.normScalingFactor());
                assertThat(before.name()).isEqualTo(sae.source().description());
                assertThat(before.repository()).contains(published.repository());
                assertThat(before.commit()).isEqualTo(sae.source().commit());
                assertThat(before.files().stream().map(SaeDescription.File::name))
                        .containsExactlyElementsOf(sae.source().files());
            }
            SaeDescription after = load(hub, published).describe();
            assertThat(after.isHere()).isTrue();
            assertThat(after.tensors()).isEqualTo(before.tensors()).isNotEmpty();
            assertThat(after.files().stream().map(SaeDescription.File::bytes))
                    .containsExactlyElementsOf(before.files().stream()
                            .map(SaeDescription.File::bytes)
                            .toList());
            hub.forgetRequests();
            assertThat(load(hub, published).hub(HubConfigs.offline(config(hub))).describe())
                    .isEqualTo(after);
            assertThat(hub.requests()).isEmpty();
        }
    }

    @Test
    void fetchesTheHeaderOfLargeWeightsAlone() {
        new RandomSae(64, 8192, StoredType.FLOAT32, 8, 1).write(folder.resolve("served/layer_3"));
        try (FakeHub hub = FakeHub.serving(REPOSITORY, folder.resolve("served")).start()) {
            SaeDescription sae =
                    SAE.from(REPOSITORY, "layer_3").hub(config(hub)).describe();

            assertThat(sae.config().dSae()).isEqualTo(8192);
            assertThat(sae.tensors())
                    .extracting(SaeDescription.Tensor::name, SaeDescription.Tensor::dtype, SaeDescription.Tensor::shape)
                    .contains(tuple("W_enc", "F32", List.of(64L, 8192L)))
                    .hasSize(4);
            assertThat(sae.files()).anySatisfy(file -> {
                assertThat(file.name()).isEqualTo("layer_3/sae_weights.safetensors");
                assertThat(file.bytes()).isGreaterThan(4_000_000);
                assertThat(file.isHere()).isFalse();
            });
            assertThat(hub.bytesSent()).isLessThan(50_000);
        }
    }

    @Test
    void fetchesTheDirectoryAndTheHeadersOfLargeArchivesAlone() throws IOException {
        Path place = Files.createDirectories(folder.resolve("served/layer_3/width_8k/average_l0_9"));
        writeNpz(place.resolve("params.npz"));
        try (FakeHub hub = FakeHub.serving("google/gemma-scope-2b-pt-res", folder.resolve("served"))
                .start()) {
            SaeDescription sae = SAE.from("google/gemma-scope-2b-pt-res", "layer_3/width_8k/average_l0_9")
                    .hub(config(hub))
                    .describe();

            assertThat(sae.config().architecture().label()).isEqualTo("jumprelu");
            assertThat(sae.config().dIn()).isEqualTo(64);
            assertThat(sae.config().dSae()).isEqualTo(8192);
            assertThat(sae.tensors())
                    .extracting(SaeDescription.Tensor::name, SaeDescription.Tensor::dtype, SaeDescription.Tensor::shape)
                    .contains(tuple("threshold", "F32", List.of(8192L)));
            assertThat(sae.files().get(0).bytes()).isGreaterThan(4_000_000);
            assertThat(hub.bytesSent()).isLessThan(200_000);
        }
    }

    @Test
    void knowsTheReleaseOfAnSaeThatIsInOne() throws IOException {
        Path place = Files.createDirectories(folder.resolve("served/layer_12/width_16k/average_l0_82"));
        writeNpz(place.resolve("params.npz"));
        try (FakeHub hub = FakeHub.serving("google/gemma-scope-2b-pt-res", folder.resolve("served"))
                .start()) {
            SaeDescription sae = SAE.from("gemma-scope-2b-pt-res-canonical", "layer_12/width_16k/canonical")
                    .hub(config(hub))
                    .describe();

            assertThat(sae.published()).isPresent();
            assertThat(sae.config().metadata().hookName()).contains("blocks.12.hook_resid_post");
        }
    }

    @Test
    void tellsOfAnSaeOfThisMachineToo() {
        PublisherCase published = PublisherCase.named("gemma_2_res");

        SaeDescription sae =
                SAE.from(published.repositoryFolder().resolve(published.path())).describe();

        assertThat(sae.isHere()).isTrue();
        assertThat(sae.repository()).isEmpty();
        assertThat(sae.config().architecture().label()).isEqualTo("jumprelu");
    }

    @Test
    void saysWhatIsMissingOffline() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SAE.from(REPOSITORY, "layer_3")
                        .hub(HubConfigs.offline(folder.resolve("cache")))
                        .describe())
                .withMessageContaining("is not in the Hugging Face cache");
    }

    private HubSaeLoader load(FakeHub hub, PublisherCase published) {
        HubSaeLoader loader = SAE.from(published.repository(), published.path()).hub(config(hub));
        published
                .optionalFact("norm_scaling_factor")
                .ifPresent(factor -> loader.normScalingFactor(Double.parseDouble(factor)));
        return loader;
    }

    private HubConfig config(FakeHub hub) {
        return HubConfig.defaults().toBuilder()
                .endpoint(hub.endpoint().toString())
                .cache(folder.resolve("cache"))
                .build();
    }

    private List<Path> tensorFilesInTheCache() {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.filter(file -> file.toString().contains("snapshots"))
                    .filter(file -> file.toString().matches(".*\\.(safetensors|npz|pt|pth)"))
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void writeNpz(Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            array(zip, "W_enc", 64, 8192);
            array(zip, "W_dec", 8192, 64);
            array(zip, "b_enc", 8192);
            array(zip, "b_dec", 64);
            array(zip, "threshold", 8192);
        }
    }

    /** Writes zeros as NumPy does, not compressed. */
    private static void array(ZipOutputStream zip, String name, int... shape) throws IOException {
        int elements = 1;
        StringBuilder sizes = new StringBuilder();
        for (int size : shape) {
            elements *= size;
            sizes.append(size).append(", ");
        }
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + sizes + "), }";
        byte[] padded = (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(10 + padded.length + elements * Float.BYTES);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) padded.length, 0})
                .put(padded);
        CRC32 crc = new CRC32();
        crc.update(bytes.array());
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.capacity());
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes.array());
        zip.closeEntry();
    }
}
