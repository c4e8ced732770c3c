package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.sae4j.core.Reshape;
import io.github.sae4j.core.SaeConfig;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.hub.HubConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names tell what an SAE reads where a publisher put it there, and not where a user's own folders happen to have it. */
class MisleadingNamesTest {

    @TempDir
    private Path temporary;

    @Test
    void aNumberThatIsNoLayerIsNone() throws IOException {
        Path sae = copied("gemma_2_res", "layer_99999999999");
        assertThat(open(sae).metadata().hookName()).isEmpty();
    }

    @Test
    void theNearestLayerCounts() throws IOException {
        Path sae = copied("gemma_2_res", "layer_3_and_others/layer_12/width_16k");
        assertThat(open(sae).metadata().hookName()).contains("blocks.12.hook_resid_post");
    }

    @Test
    void aUsersNameMakesNoAttention() throws IOException {
        Path sae = copied("gemma_2_res", "matthew/transcoders/layer_12");
        assertThat(open(sae).reshape()).isEqualTo(Reshape.NONE);
        assertThat(open(sae).architecture().label()).isEqualTo("jumprelu");
    }

    @Test
    void aFolderCalledAfterTheRepositoryTells() throws IOException {
        SaeConfig attention =
                open(copied("gemma_2_res", "models--google--gemma-scope-9b-pt-att/snapshots/2b/layer_12"));
        assertThat(attention.reshape()).isEqualTo(Reshape.HOOK_Z);
        assertThat(attention.metadata().modelName()).contains("gemma-2-9b");
        SaeConfig transcoder = open(copied("gemma_2_transcoder", "gemma-scope-2b-pt-transcoders/layer_5"));
        assertThat(transcoder.architecture().label()).isEqualTo("jumprelu_transcoder");
    }

    @Test
    void aFolderFurtherUpMakesNoTranscoder() throws IOException {
        Path sae = copied("gemma_3_resid_post", "clt/resid_post_all/layer_10_width_16k");
        assertThat(open(sae).architecture().label()).isEqualTo("jumprelu");
    }

    @Test
    void aFolderFurtherUpMakesNoEmbedding() throws IOException {
        Path sae = copied("gemma_2_res", "embedding/gemma-scope-2b-pt-res/layer_12/width_16k");
        assertThat(open(sae).metadata().hookName()).contains("blocks.12.hook_resid_post");
        Path embedding = copied("gemma_2_res", "layer_3/gemma-scope-2b-pt-res/embedding/width_4k");
        assertThat(open(embedding).metadata().hookName()).contains("hook_embed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"matt/gemma-scope-2b-pt-res", "transcoders/gemma-scope-2b-pt-res", "htmlp/gemma-scope-2b-pt-res"
            })
    void anOwnersNameTellsNothing(String repository) throws IOException {
        copied("gemma_2_res", "served/layer_12");
        try (FakeHub hub =
                FakeHub.serving(repository, temporary.resolve("served")).start()) {
            HubConfig config = HubConfig.defaults().toBuilder()
                    .endpoint(hub.endpoint().toString())
                    .cache(temporary.resolve("cache"))
                    .build();
            SaeConfig described =
                    SAE.from(repository, "layer_12").hub(config).describe().config();
            assertThat(described.architecture().label()).isEqualTo("jumprelu");
            assertThat(described.reshape()).isEqualTo(Reshape.NONE);
            assertThat(described.metadata().hookName()).contains("blocks.12.hook_resid_post");
        }
    }

    private static SaeConfig open(Path folder) {
        try (SparseAutoencoder sae = SAE.from(folder).device(Device.cpu()).open()) {
            return sae.config();
        }
    }

    /** Returns a copy of a case's SAE in a folder of another name. */
    private Path copied(String name, String folder) throws IOException {
        PublisherCase published = PublisherCase.named(name);
        Path target = Files.createDirectories(temporary.resolve(folder));
        List<Path> files;
        try (Stream<Path> all = Files.list(published.repositoryFolder().resolve(published.path()))) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Files.copy(file, target.resolve(file.getFileName()));
        }
        return target;
    }
}
