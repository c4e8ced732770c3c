package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.TOKEN;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Answer;
import io.github.sae4j.fixtures.hub.FakeRepo;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows 13 and 14: which exception an answer ends in, and when the cache steps in. */
@Timeout(300)
class ErrorsTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void row13_tellsAMissingFileAndNotesIt() throws IOException {
        RemoteEntryNotFoundException missing =
                failure(RemoteEntryNotFoundException.class, () -> hub.client().download(REPO, "layer_99/cfg.json"));

        assertThat(missing.status()).isEqualTo(404);
        assertThat(missing.commit()).contains(hub.commit());
        assertThat(missing).hasMessageContaining("layer_99/cfg.json").hasMessageContaining("/org/sae/tree/main");
        assertThat(hub.cacheFiles())
                .containsExactly(
                        "models--org--sae/.no_exist/" + hub.commit() + "/layer_99/cfg.json",
                        "models--org--sae/refs/main");
    }

    @Test
    void row13_believesTheNoteThatACommitLacksAFile() {
        failure(RemoteEntryNotFoundException.class, () -> hub.client().download(REPO, "layer_99/cfg.json"));
        hub.fake.forgetRequests();

        assertThat(failure(
                                RemoteEntryNotFoundException.class,
                                () -> hub.client().download(REPO, hub.commit(), "layer_99/cfg.json"))
                        .commit())
                .contains(hub.commit());
        HubClient offline = hub.client(hub.config().offline(true));
        assertThat(failure(RemoteEntryNotFoundException.class, () -> offline.download(REPO, "layer_99/cfg.json")))
                .hasMessageContaining("noted for the commit " + hub.commit());
        assertThat(hub.client().exists(REPO, hub.commit(), "layer_99/cfg.json")).isFalse();
        assertThat(hub.requestLines()).isEmpty();
        failure(LocalEntryNotFoundException.class, () -> offline.download(REPO, CFG));

        hub.on(When.head("*"), Fault.status(503));
        failure(RemoteEntryNotFoundException.class, () -> hub.client().download(REPO, "layer_99/cfg.json"));
        assertThat(hub.pauses).isEmpty();
    }

    @Test
    void row13_doesNotTakeWhatIsInAnAbsentFolderForTheFileOfThatName() {
        failure(RemoteEntryNotFoundException.class, () -> hub.client().download(REPO, CFG + "/params.npz"));

        assertThat(hub.client().exists(REPO, hub.commit(), CFG)).isTrue();
        assertThat(hub.client().download(REPO, hub.commit(), CFG).path()).exists();
    }

    @Test
    void row13_believesTheListOfACommit() {
        hub.client().snapshot(REPO, "main", List.of(CFG), List.of());
        hub.fake.forgetRequests();
        HubClient offline = hub.client(hub.config().offline(true));

        failure(RemoteEntryNotFoundException.class, () -> offline.download(REPO, "layer_99/cfg.json"));
        assertThat(offline.exists(REPO, "main", "layer_99/cfg.json")).isFalse();
        failure(LocalEntryNotFoundException.class, () -> offline.download(REPO, WEIGHTS));
        failure(
                RemoteEntryNotFoundException.class,
                () -> hub.client().download(REPO, hub.commit(), "layer_99/cfg.json"));
        assertThat(hub.requestLines()).isEmpty();
    }

    @Test
    void row13_tellsAMissingRevision() throws IOException {
        assertThat(failure(RevisionNotFoundException.class, () -> hub.client().download(REPO, "nope", CFG)))
                .hasMessageContaining("nope")
                .hasMessageContaining("/org/sae");
        assertThat(hub.cache).doesNotExist();
    }

    @Test
    void row13_tellsAMissingRepository() {
        RepositoryNotFoundException missing =
                failure(RepositoryNotFoundException.class, () -> hub.client().download(RepoId.model("no/such"), CFG));

        assertThat(missing.status()).isEqualTo(401);
        assertThat(missing).isNotInstanceOf(GatedRepositoryException.class);
        assertThat(failure(
                        RepositoryNotFoundException.class,
                        () -> hub.client(hub.config().token("")).download(RepoId.model("no/such"), CFG)))
                .hasMessageContaining("HF_TOKEN");
    }

    @Test
    void row13_tellsAGatedRepositoryAndWhereToAcceptItsTerms() {
        hub.fake.put(hub.repo.gated("hf_another"));

        assertThat(failure(GatedRepositoryException.class, () -> hub.client().download(REPO, CFG)))
                .hasMessageContaining("accept the terms at " + hub.fake.endpoint() + "/org/sae");
        assertThat(failure(
                        GatedRepositoryException.class,
                        () -> hub.client(hub.config().token("")).exists(REPO, "main", CFG)))
                .hasMessageContaining("HF_TOKEN");

        hub.fake.put(hub.repo.gated(TOKEN));
        assertThat(hub.client().download(REPO, CFG)).exists();
    }

    @Test
    void row13_tellsAWrongTokenFromAMissingRepository() {
        hub.on(When.head("*"), Fault.invalidCredentials());

        HubHttpException refused =
                failure(HubHttpException.class, () -> hub.client().download(REPO, CFG));

        assertThat(refused).isNotInstanceOf(RepositoryNotFoundException.class).hasMessageContaining("HF_TOKEN");
    }

    @Test
    void row13_tellsWhatIsDisabled() {
        hub.fake.put(FakeRepo.disabled("org/sae"));

        failure(DisabledRepositoryException.class, () -> hub.client().download(REPO, CFG));
    }

    @Test
    void row13_tellsBadRequestsPermissionsAndTheRestByTheirStatus() {
        failure(BadRequestException.class, () -> afterStatus(400));
        assertThat(failure(HubHttpException.class, () -> afterStatus(403))).hasMessageContaining("permission");
        assertThat(failure(HubHttpException.class, () -> afterStatus(418)).status())
                .isEqualTo(418);
    }

    @Test
    void row13_passesOnWhatTheHubSaysAndItsRequestId() {
        HubHttpException list = inListing("{\"error\": [\"first\", \"second\"]}");
        assertThat(list).hasMessageContaining("first second");
        HubHttpException messages = inListing("{\"errors\": [{\"message\": \"one\"}, {\"message\": \"two\"}]}");
        assertThat(messages).hasMessageContaining("one two");
        assertThat(inListing("{\"error\": ")).hasMessageContaining("400");

        hub.fake.healthy();
        hub.on(When.head("*"), Fault.status(400).and(Fault.with("x-request-id", "Root=1-abc")));
        HubHttpException answered =
                failure(HubHttpException.class, () -> hub.client().download(REPO, CFG));
        assertThat(answered.requestId()).contains("Root=1-abc");
        hub.fake.healthy();
        hub.on(When.head("*"), Fault.status(400).and(Fault.with("x-amz-cf-id", "cf")));
        assertThat(failure(HubHttpException.class, () -> hub.client().download(REPO, CFG))
                        .requestId())
                .contains("cf");
    }

    @Test
    void row13_keepsSecretsOutOfWhatTheHubSays() {
        hub.on(
                When.head("*"),
                Fault.status(400)
                        .and(Fault.with(
                                "X-Error-Message",
                                "Bearer " + TOKEN + " may not see https://h/x?Expires=1&Signature=abc%3D")));

        assertThat(failure(BadRequestException.class, () -> hub.client().download(REPO, CFG)))
                .hasMessageContaining("may not see https://h/x?");
    }

    @Test
    void row14_asksTheCacheWhenTheHubIsNotToBeReached() {
        Path cached = hub.client().download(REPO, CFG);
        hub.on(When.any("*"), Fault.hangUp());

        assertThat(hub.client().download(REPO, CFG)).isEqualTo(cached);
        assertThat(failure(LocalEntryNotFoundException.class, () -> hub.client().download(REPO, "layer_21/cfg.json")))
                .hasCauseInstanceOf(HubUnreachableException.class)
                .hasMessageContaining("HF_ENDPOINT");
    }

    @Test
    void row14_asksTheCacheWhenTheRepositoryIsGatedOrGone() {
        Path cached = hub.client().download(REPO, CFG);

        hub.fake.put(hub.repo.gated("hf_another"));
        assertThat(hub.client().download(REPO, CFG)).isEqualTo(cached);
        hub.on(When.head("*"), Fault.answer(Answer.of(401).with("X-Error-Code", "RepoNotFound")));
        assertThat(hub.client().download(REPO, CFG)).isEqualTo(cached);
    }

    @Test
    void row14_doesNotHideThatAFileOrARevisionIsGone() {
        hub.client().download(REPO, CFG);

        hub.on(When.head("*").nth(1), Fault.answer(Answer.of(404).with("X-Error-Code", "EntryNotFound")));
        hub.on(When.head("*").nth(2), Fault.answer(Answer.of(404).with("X-Error-Code", "RevisionNotFound")));
        failure(RemoteEntryNotFoundException.class, () -> hub.client().download(REPO, CFG));
        failure(RevisionNotFoundException.class, () -> hub.client().download(REPO, CFG));
    }

    @Test
    void row14_doesNotHideThatTheProxyIsAtFault() throws IOException {
        hub.client().download(REPO, CFG);
        try (ClosedPort port = ClosedPort.take()) {
            HubConfig.Builder throughProxy = hub.config()
                    .proxySelector(
                            ProxySelector.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number())));

            assertThat(failure(
                            HubUnreachableException.class,
                            () -> hub.client(throughProxy).download(REPO, CFG)))
                    .hasMessageContaining("proxy");
        }
        hub.on(When.head("*"), Fault.status(407));
        assertThat(failure(HubUnreachableException.class, () -> hub.client().download(REPO, CFG)))
                .hasMessageContaining("proxy");
    }

    @Test
    void row14_raisesWhatFailsWhenAFileIsToBeFetchedAnew() {
        HubClient client = hub.client();
        client.download(REPO, WEIGHTS);
        hub.on(When.head("*"), Fault.status(500));

        failure(
                HubHttpException.class,
                () -> client.download(REPO, "main", WEIGHTS, client.options().withForce(true)));
    }

    @Test
    void row13_doesNotBlameTheTokenForAnotherServersRefusal() {
        for (int status : new int[] {401, 403}) {
            hub.fake.healthy();
            hub.on(When.get("/cdn/*"), Fault.status(status));

            HubHttpException refused =
                    failure(HubHttpException.class, () -> hub.client().download(REPO, WEIGHTS));

            assertThat(refused).isExactlyInstanceOf(HubHttpException.class);
            assertThat(refused.status()).isEqualTo(status);
            assertThat(refused)
                    .hasMessageContaining("localhost")
                    .hasMessageNotContaining("token")
                    .hasMessageNotContaining("private");
        }
    }

    @Test
    void row13_doesNotWaitForAnErrorsBodyThatTrickles() {
        hub.on(When.head("*"), Fault.status(500));
        hub.on(
                When.get("/api/*"),
                Fault.answer(Answer.of(403).body("{\"error\": \"" + "x".repeat(60_000) + "\"}"))
                        .and(Fault.throttle(20)));

        assertThat(failure(HubHttpException.class, () -> hub.client().list(REPO, "main"))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void row14_saysWhichServerTakesNoConnection() throws IOException {
        try (ClosedPort port = ClosedPort.take()) {
            HubClient client = hub.client(hub.config().endpoint(port.address()));

            assertThat(failure(LocalEntryNotFoundException.class, () -> client.download(REPO, CFG)))
                    .hasMessageContaining("127.0.0.1:" + port.number() + " takes no connection")
                    .hasMessageNotContaining("null");
            assertThat(failure(HubUnreachableException.class, () -> client.list(REPO, "main")))
                    .hasMessageContaining("127.0.0.1:" + port.number() + " takes no connection")
                    .hasMessageNotContaining("null");
        }
    }

    @Test
    void row14_saysThatAServersNameIsNotKnown() {
        HubClient client = hub.client(hub.config().endpoint("http://hub.invalid"));

        assertThat(failure(HubUnreachableException.class, () -> client.list(REPO, "main")))
                .hasMessageContaining("the name hub.invalid is not known")
                .hasMessageNotContaining("null");
    }

    @Test
    void row14_doesNotSayThatTheCacheLacksWhatIsToBeFetchedAnew() {
        HubClient client = hub.client();
        client.download(REPO, CFG);
        hub.on(When.any("*"), Fault.hangUp());

        failure(
                HubUnreachableException.class,
                () -> client.download(REPO, "main", CFG, client.options().withForce(true)));
    }

    @Test
    void row14_neverAsksInOfflineMode() {
        hub.client().download(REPO, CFG);
        hub.fake.forgetRequests();
        HubClient offline = hub.client(hub.config().offline(true));

        assertThat(offline.download(REPO, CFG)).exists();
        assertThat(offline.exists(REPO, "main", CFG)).isTrue();
        assertThat(offline.read(REPO, "main", CFG, 1, 7)).asString().isEqualTo("\"layer\"");
        assertThat(failure(LocalEntryNotFoundException.class, () -> offline.download(REPO, WEIGHTS)))
                .hasMessageContaining("HF_HUB_OFFLINE");
        failure(OfflineModeException.class, () -> offline.exists(REPO, "main", WEIGHTS));
        failure(OfflineModeException.class, () -> offline.info(REPO, "main"));
        failure(OfflineModeException.class, () -> offline.list(REPO, "main"));
        failure(OfflineModeException.class, () -> offline.read(REPO, "main", WEIGHTS, 0, 1));
        assertThat(hub.fake.requests()).isEmpty();
    }

    @Test
    void row14_remembersOfflineThatAFileIsMissing() {
        assertThat(hub.client().exists(REPO, "main", "layer_99/cfg.json")).isFalse();

        assertThat(hub.client(hub.config().offline(true)).exists(REPO, "main", "layer_99/cfg.json"))
                .isFalse();
    }

    private void afterStatus(int status) {
        hub.fake.healthy();
        hub.on(When.head("*"), Fault.status(status));
        hub.client().download(REPO, CFG);
    }

    private HubHttpException inListing(String body) {
        hub.fake.healthy();
        hub.on(When.get("/api/*"), Fault.answer(Answer.of(400).body(body)));
        return failure(HubHttpException.class, () -> hub.client().list(REPO, "main"));
    }
}
