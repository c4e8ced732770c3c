package io.github.sae4j.hub;

import static io.github.sae4j.hub.TestHub.CFG;
import static io.github.sae4j.hub.TestHub.REPO;
import static io.github.sae4j.hub.TestHub.WEIGHTS;
import static io.github.sae4j.hub.TestHub.WEIGHTS_SIZE;
import static io.github.sae4j.hub.TestHub.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.hub.Fault;
import io.github.sae4j.fixtures.hub.When;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A part of a file is read without the rest. */
class RangeReadTest {

    @RegisterExtension
    private final TestHub hub = TestHub.fresh();

    @Test
    void fetchesOnlyThePartThatIsWanted() {
        assertThat(hub.client().read(REPO, "main", WEIGHTS, 1000, 8)).isEqualTo(part(1000, 1008));
        assertThat(hub.client().read(REPO, "main", CFG, 0, 8)).asString().isEqualTo("{\"layer\"");

        assertThat(hub.cdnRequests()).singleElement().satisfies(request -> {
            assertThat(request.header("Range")).contains("bytes=1000-1007");
            assertThat(request.bytesSent()).isEqualTo(8);
        });
        assertThat(hub.cache).doesNotExist();
    }

    @Test
    void tellsSizeAndCommitWithoutTheFile() {
        RemoteFile file = hub.client().lookUp(REPO, "main", WEIGHTS);

        assertThat(file.size()).isEqualTo(WEIGHTS_SIZE);
        assertThat(hub.client().lookUp(REPO, file.commit(), WEIGHTS))
                .usingRecursiveComparison()
                .isEqualTo(file);
        failure(RemoteEntryNotFoundException.class, () -> hub.client().lookUp(REPO, "main", "nothing"));
        assertThat(hub.cdnRequests()).isEmpty();
        assertThat(hub.client().cache().find(REPO, "main", WEIGHTS)).isEmpty();
        int asked = hub.fake.requests().size();
        failure(RemoteEntryNotFoundException.class, () -> hub.client().lookUp(REPO, file.commit(), "nothing"));
        assertThat(hub.fake.requests()).hasSize(asked);
    }

    @Test
    void endsWhereTheFileEnds() {
        assertThat(hub.client().read(REPO, "main", WEIGHTS, WEIGHTS_SIZE - 5, 100))
                .isEqualTo(part(WEIGHTS_SIZE - 5, WEIGHTS_SIZE));
        assertThat(hub.client().read(REPO, "main", WEIGHTS, WEIGHTS_SIZE + 5L, 100))
                .isEmpty();
        assertThat(hub.client().read(REPO, "main", WEIGHTS, Long.MAX_VALUE, Integer.MAX_VALUE))
                .isEmpty();
        assertThat(hub.client().read(REPO, "main", WEIGHTS, 5, 0)).isEmpty();
        failure(HubException.class, () -> hub.client().read(REPO, "main", WEIGHTS, -1, 5));
        failure(HubException.class, () -> hub.client().read(REPO, "main", WEIGHTS, 1, -5));
    }

    @Test
    void skipsWhatAServerWithoutRangesSends() {
        hub.on(When.get("/cdn/*"), Fault.ignoreRange());

        assertThat(hub.client().read(REPO, "main", WEIGHTS, 100_000, 50_000)).isEqualTo(part(100_000, 150_000));
    }

    @Test
    void takesTheBytesFromTheCacheIfTheyAreThere() {
        hub.client().download(REPO, WEIGHTS);
        hub.fake.forgetRequests();

        assertThat(hub.client().read(REPO, hub.commit(), WEIGHTS, 7, 9)).isEqualTo(part(7, 16));
        assertThat(hub.fake.requests()).isEmpty();
        assertThat(hub.client().read(REPO, "main", WEIGHTS, WEIGHTS_SIZE - 3, 9))
                .isEqualTo(part(WEIGHTS_SIZE - 3, WEIGHTS_SIZE));
        assertThat(hub.client().read(REPO, "main", WEIGHTS, WEIGHTS_SIZE + 3L, 9))
                .isEmpty();
        assertThat(hub.cdnRequests()).isEmpty();
    }

    @Test
    void triesAgainAndRefusesAnotherRange() {
        hub.on(When.get("/cdn/*").nth(1), Fault.cutAt(3));
        assertThat(hub.client().read(REPO, "main", WEIGHTS, 7, 9)).isEqualTo(part(7, 16));

        hub.on(When.get("/cdn/*"), Fault.with("Content-Range", "bytes 0-8/300000"));
        failure(IntegrityException.class, () -> hub.client().read(REPO, "main", WEIGHTS, 7, 9));
    }

    @Test
    void saysWhetherAFileExists() {
        assertThat(hub.client().exists(REPO, "main", WEIGHTS)).isTrue();
        assertThat(hub.client().exists(REPO, "main", "nope")).isFalse();
        assertThat(hub.client().exists(REPO, "nope", WEIGHTS)).isFalse();
        assertThat(hub.client().exists(RepoId.model("no/such"), "main", WEIGHTS))
                .isFalse();
        assertThat(hub.cdnRequests()).isEmpty();
    }

    private static byte[] part(int from, int to) {
        return Arrays.copyOfRange(TestHub.weights(), from, to);
    }
}
