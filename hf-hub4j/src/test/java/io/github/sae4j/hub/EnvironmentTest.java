package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.TOKEN;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.Request;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows 20 to 22: what the environment sets, what requests say of us, and which way they take. */
class EnvironmentTest {

    @TempDir
    private Path temporary;

    @Test
    void row20_readsTheCachesPlaceInOrder() {
        Map<String, String> all = new HashMap<>(Map.of(
                "HF_HUB_CACHE",
                "/1",
                "HUGGINGFACE_HUB_CACHE",
                "/2",
                "HF_HOME",
                "/3",
                "XDG_CACHE_HOME",
                "/4",
                "HOME",
                "/5"));
        for (String expected : new String[] {"/1", "/2", "/3/hub", "/4/huggingface/hub", "/5/.cache/huggingface/hub"}) {
            assertThat(CacheLocation.of(all, "/home", false)).isEqualTo(expected);
            all.values().remove(expected.substring(0, 2));
        }
    }

    @Test
    void row20_readsTheTokenInOrder() throws IOException {
        Path home = Files.createDirectories(temporary.resolve("home"));
        Path named = Files.writeString(temporary.resolve("named"), " from_path \r\n");
        Files.writeString(home.resolve("token"), "from_home\n");
        Map<String, String> all = new HashMap<>(Map.of(
                "HF_TOKEN",
                "from_token\r\n",
                "HUGGING_FACE_HUB_TOKEN",
                "from_old",
                "HF_TOKEN_PATH",
                named.toString(),
                "HF_HOME",
                home.toString()));

        assertThat(HubConfig.fromEnvironment(all).token()).contains("from_token");
        all.put("HF_TOKEN", "  ");
        assertThat(HubConfig.fromEnvironment(all).token()).contains("from_old");
        all.remove("HUGGING_FACE_HUB_TOKEN");
        assertThat(HubConfig.fromEnvironment(all).token()).contains("from_path");
        all.remove("HF_TOKEN_PATH");
        assertThat(HubConfig.fromEnvironment(all).token()).contains("from_home");
        assertThat(HubConfig.fromEnvironment(all).toBuilder()
                        .token("explicit")
                        .build()
                        .token())
                .contains("explicit");
        all.put("HF_HUB_DISABLE_IMPLICIT_TOKEN", "yes");
        assertThat(HubConfig.fromEnvironment(all).token()).isEmpty();
        assertThat(HubConfig.defaults().hasToken()).isFalse();
    }

    @Test
    void row20_refusesATokenThatIsNoneWithoutShowingIt() {
        for (String token : new String[] {"hf_a b", "hf_a\nb", "hf_ä"}) {
            HubException refused =
                    failure(HubException.class, () -> HubConfig.fromEnvironment(Map.of("HF_TOKEN", token)));
            assertThat(refused.getMessage()).doesNotContain("hf_");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "ON", "on", "Yes", "TRUE", "true"})
    void row20_takesTheseForOn(String on) {
        HubConfig config = HubConfig.fromEnvironment(Map.of(
                "HF_HUB_OFFLINE",
                on,
                "HF_HUB_DISABLE_SYMLINKS",
                on,
                "HF_HUB_DISABLE_PROGRESS_BARS",
                on,
                "DO_NOT_TRACK",
                on));

        assertThat(config.offline()).isTrue();
        assertThat(config.symlinks()).isFalse();
        assertThat(config.progressBars()).isFalse();
        assertThat(config.userAgent()).doesNotContain("java/");
        assertThat(HubConfig.fromEnvironment(Map.of("TRANSFORMERS_OFFLINE", on)).offline())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "", "off", "no", "2"})
    void row20_takesTheRestForOff(String off) {
        HubConfig config = HubConfig.fromEnvironment(
                Map.of("HF_HUB_OFFLINE", off, "HF_HUB_DISABLE_SYMLINKS", off, "HF_HUB_DISABLE_TELEMETRY", off));

        assertThat(config.offline()).isFalse();
        assertThat(config.symlinks()).isTrue();
        assertThat(config.userAgent()).contains("java/");
    }

    @Test
    void row20_readsAddressAndTimeouts() {
        HubConfig config = HubConfig.fromEnvironment(Map.of(
                "HF_ENDPOINT", "https://mirror.example/hub//",
                "HF_HUB_ETAG_TIMEOUT", "3",
                "HF_HUB_DOWNLOAD_TIMEOUT", "4"));

        assertThat(config.endpoint()).hasToString("https://mirror.example/hub");
        assertThat(config.etagTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(config.downloadTimeout()).isEqualTo(Duration.ofSeconds(4));
        assertThat(HubConfig.defaults().endpoint()).hasToString("https://huggingface.co");
        assertThat(HubConfig.defaults().etagTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(failure(HubException.class, () -> HubConfig.fromEnvironment(Map.of("HF_HUB_ETAG_TIMEOUT", "soon"))))
                .hasMessageContaining("HF_HUB_ETAG_TIMEOUT");
    }

    @Test
    void row20_turnsThePublicHubsAddressesIntoTheMirrors() {
        HubAddresses mirror = new HubAddresses(URI.create("http://mirror.example:8080/hub"));
        URI asked = URI.create("http://mirror.example:8080/hub/a/b");

        assertThat(mirror.parse(asked, "https://huggingface.co/x?cursor=1"))
                .hasToString("http://mirror.example:8080/hub/x?cursor=1");
        assertThat(mirror.parse(asked, "https://huggingface.co.evil.example/x"))
                .hasToString("https://huggingface.co.evil.example/x");
    }

    @Test
    void row20_changesSingleSettingsAndShowsNoToken() {
        HubConfig config =
                HubConfig.defaults().toBuilder().token(TOKEN).offline(true).build();

        assertThat(config.toBuilder().symlinks(false).build().token()).contains(TOKEN);
        assertThat(config.toString()).doesNotContain(TOKEN).contains("token=set");
        assertThat(HubClient.create(config).toString()).doesNotContain(TOKEN);
        assertThat(HubEnvironment.read(Map.of("HF_TOKEN", TOKEN)).toString()).doesNotContain(TOKEN);
    }

    @Test
    void row21_saysWhoAsks() {
        try (TestHub hub = TestHub.in(temporary)) {
            HubConfig.Builder named = HubConfig.fromEnvironment(Map.of("HF_HUB_USER_AGENT_ORIGIN", "tests")).toBuilder()
                    .endpoint(hub.fake.endpoint().toString())
                    .cache(hub.cache)
                    .userAgent("app/1.0");
            hub.client(named).download(REPO, CFG);

            assertThat(hub.fake.requests()).allSatisfy(request -> {
                assertThat(request.header("User-Agent").orElseThrow())
                        .matches("app/1\\.0; hf-hub4j/\\S+; java/\\S+; origin/tests");
                assertThat(request.header("X-Amzn-Trace-Id").orElseThrow()).matches("[0-9a-f-]{36}");
            });
            assertThat(hub.fake.requests())
                    .extracting(request -> request.header("X-Amzn-Trace-Id"))
                    .doesNotHaveDuplicates();
            failure(HubException.class, () -> HubConfig.defaults().toBuilder().userAgent("a\r\nX: y"));
        }
    }

    @Test
    void row21_passesTheHubsWarningsOnOnceForEachTopic() throws IOException {
        Path log = Path.of("target", "hub-tests.log");
        try (TestHub hub = TestHub.in(temporary)) {
            hub.on(When.head("*"), Fault.with("X-HF-Warning", "Rates; slow down, " + TOKEN + " of " + temporary));
            HubClient client = hub.client();
            client.download(REPO, CFG);
            client.download(REPO, "layer_21/cfg.json");

            assertThat(Files.readAllLines(log))
                    .filteredOn(line -> line.contains("slow down, <token> of " + temporary))
                    .hasSize(1);
        }
    }

    @Test
    void row22_goesThroughTheProxyThatIsGiven() {
        try (TestHub hub = TestHub.in(temporary);
                TestHub proxy = TestHub.in(temporary.resolve("proxy"))) {
            int port = proxy.fake.endpoint().getPort();
            HubConfig.Builder config = HubConfig.defaults().toBuilder()
                    .endpoint("http://hub.invalid")
                    .cache(hub.cache)
                    .proxySelector(ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));

            assertThat(hub.client(config).download(REPO, CFG)).hasContent("{\"layer\": 19}");
            assertThat(proxy.fake.requests())
                    .isNotEmpty()
                    .allSatisfy(request -> assertThat(request.header("Host")).contains("hub.invalid"));
        }
    }

    @Test
    void row22_takesAClientOnlyIfItLeavesRedirectsToUs() {
        HttpClient follower = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
        assertThat(failure(
                        HubException.class,
                        () -> HubConfig.defaults().toBuilder().httpClient(follower)))
                .hasMessageContaining("Redirect.NEVER");

        try (TestHub hub = TestHub.in(temporary)) {
            hub.client(hub.config().httpClient(HttpClient.newHttpClient())).download(REPO, TestHub.WEIGHTS);
            assertThat(hub.fake.requests()).extracting(Request::method).containsExactly("HEAD", "GET");
        }
    }

    @Test
    void row22_refusesToLeaveEncryption() {
        HubAddresses addresses = new HubAddresses(URI.create("https://hub.example"));
        URI asked = URI.create("https://hub.example/x");
        assertThat(addresses.parse(asked, "http://cdn.example/x?Signature=y")).isNull();
        assertThat(addresses.parse(asked, "HTTPS://cdn.example/x")).isNotNull();
        assertThat(addresses.parse(URI.create("http://127.0.0.1/x"), "http://localhost/x"))
                .isNotNull();
        assertThat(HubAddresses.sameServer(URI.create("https://a/x"), URI.create("https://A:443/y")))
                .isTrue();
        assertThat(HubAddresses.sameServer(URI.create("https://a/x"), URI.create("http://a/x")))
                .isFalse();
    }
}
