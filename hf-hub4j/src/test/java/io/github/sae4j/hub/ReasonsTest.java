package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.failure;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.github.sae4j.fixtures.hub.Answer;
import io.github.sae4j.fixtures.hub.FakeRepo;
import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import io.github.sae4j.hub.HubException.Reason;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each thing that can go wrong has a reason that programs tell it by. */
@Timeout(300)
class ReasonsTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @ParameterizedTest
    @EnumSource
    void isTold(Reason reason) {
        assertThat(failure(HubException.class, () -> provoke(reason)).reason()).isEqualTo(reason);
    }

    private void provoke(Reason reason) throws IOException {
        switch (reason) {
            case INVALID_ARGUMENT -> RepoId.model("a/b/c");
            case REPOSITORY_NOT_FOUND -> hub.client().download(RepoId.model("no/such"), CFG);
            case GATED -> of(hub.repo.gated("hf_another"));
            case DISABLED -> of(FakeRepo.disabled(REPO.id()));
            case REVISION_NOT_FOUND -> hub.client().download(REPO, "nope", CFG);
            case FILE_NOT_FOUND -> hub.client().download(REPO, "layer_99/cfg.json");
            case UNAUTHORIZED -> after(When.head("*"), Fault.invalidCredentials());
            case OFFLINE -> hub.client(hub.config().offline(true)).download(REPO, CFG);
            case UNREACHABLE -> after(When.any("*"), Fault.hangUp());
            case BUSY -> after(When.head("*"), Fault.status(503));
            case REFUSED -> after(When.head("*"), Fault.status(400));
            case UNINTELLIGIBLE -> {
                hub.on(When.get("/api/*"), Fault.answer(Answer.of(200).body("{")));
                hub.client().list(REPO, "main");
            }
            case INTEGRITY -> after(When.get("*"), Fault.flip(3));
            case INTERRUPTED -> {
                Thread.currentThread().interrupt();
                try {
                    hub.client().download(REPO, CFG);
                } finally {
                    assertThat(Thread.interrupted()).isTrue();
                }
            }
            case OUT_OF_SPACE -> withLittleSpace();
            case CACHE_UNWRITABLE -> {
                Path file = Files.writeString(hub.temporary.resolve("file"), "");
                hub.client(hub.config().cache(file)).download(REPO, CFG);
            }
            case CACHE_UNREADABLE -> withRef(new byte[] {(byte) 0xC3, 0x28});
            case CACHE_DAMAGED -> withRef("no commit".getBytes(UTF_8));
        }
    }

    private void of(FakeRepo repo) {
        hub.fake.put(repo);
        hub.client().download(REPO, CFG);
    }

    private void after(When when, Fault fault) {
        hub.on(when, fault);
        hub.client().download(REPO, CFG);
    }

    private void withLittleSpace() throws IOException {
        Configuration small =
                Configuration.unix().toBuilder().setMaxSize(100_000).build();
        try (FileSystem memory = Jimfs.newFileSystem(small)) {
            hub.client(hub.config().cache(memory.getPath("/cache"))).download(REPO, WEIGHTS);
        }
    }

    private void withRef(byte[] content) throws IOException {
        Path ref = hub.cache.resolve(REPO.cacheFolderName()).resolve("refs").resolve("main");
        Files.createDirectories(ref.getParent());
        Files.write(ref, content);
        HubCache.of(hub.cache).commit(REPO, "main");
    }
}
