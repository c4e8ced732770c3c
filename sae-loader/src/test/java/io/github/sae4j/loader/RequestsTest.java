package io.github.sae4j.loader;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.hub.HubConfig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What opening an SAE of a repository that nobody knows asks the hub for. */
class RequestsTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"gemma_2_res", "gemma_3_resid_post", "llama_scope", "sparsify_w_enc", "goodfire_pt"})
    void theSecondTimeOnlyWhetherTheBranchHasMoved(String name) {
        PublisherCase published = PublisherCase.named(name);
        String repository = "somebody/gemma-scope-copies";
        try (FakeHub hub =
                FakeHub.serving(repository, published.repositoryFolder()).start()) {
            SaeLoader loader = loader(hub, repository, published.path());
            loader.open().close();
            hub.forgetRequests();
            loader.open().close();
            assertThat(hub.requests()).extracting(Request::method).containsOnly("HEAD");
            assertThat(hub.requests())
                    .extracting(Request::path)
                    .filteredOn(path -> path.startsWith("/" + repository))
                    .singleElement()
                    .asString()
                    .contains("/resolve/main/");
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "Names of files have no colon there.")
    void ofAFolderWithAColonInItsName() {
        Path served = folder.resolve("served");
        new TinySae().in(served.resolve("sae_24576:v1"));
        try (FakeHub hub = FakeHub.serving("owner/name", served).start()) {
            try (SparseAutoencoder sae =
                    loader(hub, "owner/name", "sae_24576:v1").open()) {
                assertThat(sae.source().files()).contains("sae_24576:v1/cfg.json");
            }
            try (SparseAutoencoder sae = SAE.from("owner/name:sae_24576:v1@main")
                    .hub(HubConfigs.offline(config(hub)))
                    .device(Device.cpu())
                    .open()) {
                assertThat(sae.config().dSae()).isEqualTo(3);
            }
        }
    }

    private SaeLoader loader(FakeHub hub, String repository, String path) {
        return SAE.from(repository, path).hub(config(hub)).device(Device.cpu());
    }

    private HubConfig config(FakeHub hub) {
        return HubConfig.defaults().toBuilder()
                .endpoint(hub.endpoint().toString())
                .cache(folder.resolve("cache"))
                .build();
    }
}
