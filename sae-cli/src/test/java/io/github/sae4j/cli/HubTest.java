package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.RandomSae;
import io.github.sae4j.fixtures.StoredType;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.FakeRepo;
import io.github.sae4j.fixtures.hub.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Published SAEs in the command: processes of their own, which the environment tells where the hub is. */
class HubTest {

    private static final String REPOSITORY = "analist/ministral-3b-sae";
    private static final String TOKEN = "hf_SecretOfTheCommandsTests";

    @TempDir
    private Path temporary;

    private FakeRepo repo;
    private FakeHub hub;
    private Path cache;
    private Path in;

    @BeforeEach
    void serve() {
        Path served = temporary.resolve("served");
        SmallSae.write(served.resolve("layer_19"));
        SmallSae.write(served.resolve("layer_21"));
        repo = FakeRepo.of(REPOSITORY, served);
        hub = FakeHub.serving(repo).start();
        cache = temporary.resolve("cache");
        in = InputFiles.safetensors()
                .floats("x", new long[] {2, 4}, 1, 2, 3, 4, -1, 0, 0, 2)
                .write(temporary.resolve("in.safetensors"));
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    @Test
    void encodesByNameThenOfflineThenWithoutAHub() {
        CommandRun first = run("encode", in, "--sae", "layer_19", "--out", out(1));
        assertThat(first.exitCode()).as(first.err()).isZero();
        assertThat(first.err()).contains("fetched 2 files · ").contains("2 tokens");
        hub.forgetRequests();

        CommandRun offline = run("encode", in, "--sae", "layer_19", "--out", out(2), "--offline");
        assertThat(offline.err()).doesNotContain("fetched").contains("2 tokens");
        assertThat(hub.requests()).isEmpty();

        hub.close();
        CommandRun alone = run("encode", in, "--sae", REPOSITORY + ":layer_19", "--out", out(3));
        assertThat(alone.exitCode()).as(alone.err()).isZero();
        assertThat(alone.err()).contains("could not be asked").contains("2 tokens");
        assertThat(out(2)).hasSameBinaryContentAs(out(1));
        assertThat(out(3)).hasSameBinaryContentAs(out(1));
    }

    @Test
    void checkTriesTheSaesOfTheRepositoryThatAreInTheCache() {
        CommandRun alone = run("check", in, "--sae", "layer_19");
        assertThat(alone.exitCode()).as(alone.err()).isZero();
        assertThat(alone.out()).contains("as they are").doesNotContain("layer_21");
        assertThat(hub.requests()).noneMatch(request -> request.path().contains("layer_21"));

        assertThat(run("download", "layer_21").exitCode()).isZero();
        hub.forgetRequests();
        CommandRun both = run("check", in, "--sae", "layer_19", "--offline");

        assertThat(both.out())
                .contains("with ministral-3b-sae:layer_21")
                .doesNotContain("with ministral-3b-sae:layer_19");
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    void downloadsSeveralAndPrintsTheirFolders() {
        Path snapshot = cache.resolve("models--analist--ministral-3b-sae/snapshots/" + repo.commit("main"));

        CommandRun fetched = run("download", "layer_19", REPOSITORY + ":layer_21");

        assertThat(fetched.exitCode()).as(fetched.err()).isZero();
        assertThat(fetched.out().lines())
                .containsExactly(
                        snapshot.resolve("layer_19").toString(),
                        snapshot.resolve("layer_21").toString());
        assertThat(run("info", snapshot.resolve("layer_19")).exitCode()).isZero();

        assertThat(run("download", "layer_19").err()).contains("layer_19 is in the cache already");
        hub.forgetRequests();
        assertThat(run("download", "layer_19", "--force").err()).contains("fetched 2 files");
        assertThat(hub.requests()).anyMatch(Request::toCdn);
    }

    @Test
    void tellsOfAnSaeWithoutFetchingItsWeights() {
        new RandomSae(64, 8192, StoredType.FLOAT32, 8, 1).write(temporary.resolve("large/layer_19"));
        hub.put(FakeRepo.of(REPOSITORY, temporary.resolve("large")));

        CommandRun before = run("info", "ministral-3b-sae:layer_19");

        assertThat(before.exitCode()).as(before.err()).isZero();
        assertThat(before.out())
                .containsPattern("release +ministral-3b-sae:layer_19")
                .containsPattern("d_sae +8,192")
                .containsPattern("tensor +W_enc F32 \\[64 × 8,192\\]")
                .containsPattern("file +layer_19/sae_weights.safetensors, 4.2 MB, not fetched")
                .containsPattern("weights +not in the cache; .* sae download ministral-3b-sae:layer_19 fetches 4.2 MB");
        assertThat(hub.bytesSent()).isLessThan(50_000);

        assertThat(run("download", "layer_19").exitCode()).isZero();
        CommandRun after = run("info", "layer_19");
        assertThat(after.out())
                .containsPattern("W_enc +\\[d_in 64 × d_sae 8,192\\]")
                .containsPattern("opened in +[0-9.]+ ms");
        hub.close();
        for (CommandRun alone : new CommandRun[] {run("info", "layer_19", "--offline"), run("info", "layer_19")}) {
            assertThat(alone.exitCode()).as(alone.err()).isZero();
            assertThat(alone.out().lines().limit(5))
                    .containsExactlyElementsOf(after.out().lines().limit(5).toList());
        }
    }

    @Test
    void takesTheRevisionFromTheNameOrTheOption() {
        hub.put(repo.revision("refs/pr/1", temporary.resolve("served")));
        String commit = repo.revision("refs/pr/1", temporary.resolve("served")).commit("refs/pr/1");

        assertThat(run("info", "layer_19@refs/pr/1").out()).contains(commit);
        assertThat(run("info", "layer_19", "--revision", "refs/pr/1").out()).contains(commit);
        assertThat(run("info", "layer_19", "--revision", "nowhere").err()).contains("no such revision");
    }

    @Test
    void showsTheTokenOfAFileToTheHubAlone() throws IOException {
        hub.put(repo.gated(TOKEN));
        Path token = Files.writeString(temporary.resolve("token"), TOKEN + "\n");

        CommandRun refused = run("download", "layer_19");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err())
                .contains("accept the terms at " + hub.endpoint() + "/" + REPOSITORY)
                .contains("HF_TOKEN")
                .hasLineCount(1);

        CommandRun fetched = run("download", "layer_19", "--token-file", token);
        assertThat(fetched.exitCode()).as(fetched.err()).isZero();
        assertThat(fetched.err() + fetched.out()).doesNotContain(TOKEN);
        assertThat(hub.requests())
                .filteredOn(Request::toCdn)
                .isNotEmpty()
                .noneMatch(request -> request.header("Authorization").isPresent());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "info layer_19 --offline|To fetch analist/ministral-3b-sae:layer_19, leave offline mode (HF_HUB_OFFLINE"
                        + " or --offline)",
                "info analist/ministral-3b-sae:layer_91|has no layer_91. It has: layer_19, layer_21.",
                "download demo|is on this machine already",
                "download .|is on this machine already",
                "info . --revision main|--revision main is for published SAEs",
                "info demo --revision main|--revision main is for published SAEs",
                "info layer_19@main --revision v2|asks for the revision main",
                "download layer_19 --token-file no-such-file|no-such-file: cannot be read",
                "cache delete analist/ministral-3b-sae --yes|has nothing of analist/ministral-3b-sae",
                "cache verify owner/name@v2|has nothing of owner/name@v2",
                "cache delete a/b/c --yes|more than one",
            })
    void saysInOneSentenceWhatIsWrong(String arguments, String sentence) {
        CommandRun failed = run((Object[]) arguments.split(" ", -1));

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err()).startsWith("sae: ").contains(sentence).hasLineCount(1);
        assertThat(failed.out()).isEmpty();
    }

    @Test
    void saysWhatIsTriedAgainWhereNothingListens() {
        CommandRun failed = CommandRun.inOwnProcess(
                environment -> {
                    environment.put("HF_ENDPOINT", "http://127.0.0.1:9");
                    environment.put("HF_HUB_CACHE", cache.toString());
                },
                "download",
                "layer_19");

        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.err().lines().toList()).hasSize(2);
        assertThat(failed.err())
                .startsWith("trying again in 0.5 s to fetch the file \"layer_19/cfg.json\" of " + REPOSITORY
                        + " at \"main\": 127.0.0.1:9 takes no connection")
                .contains("sae: The cache " + cache + " does not have the file \"layer_19/cfg.json\"");
    }

    @Test
    void showsChecksAndEmptiesTheCache() throws IOException {
        assertThat(sae("cache", "--cache", cache).out()).contains("is empty");
        assertThat(sae("cache", "--cache", cache).err())
                .containsPattern("libtorch is not in this cache: DJL has unpacked it into .+ \\([0-9.]+ MB\\)");
        run("download", "layer_19", "layer_21");

        String commit = repo.commit("main");
        assertThat(sae("cache", "--cache", cache).out())
                .contains(REPOSITORY, "main (" + commit.substring(0, 7) + ")", "1 repository · ", cache.toString());
        assertThat(sae("cache", "list", "--cache", cache).out())
                .isEqualTo(sae("cache", "--cache", cache).out());
        assertThat(sae("cache", "verify", "--cache", cache).out()).contains("4 right, 0 damaged");

        Path weights = cache.resolve(
                        "models--analist--ministral-3b-sae/snapshots/" + commit + "/layer_19/sae_weights.safetensors")
                .toRealPath();
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 1] ^= 1;
        Files.write(weights, bytes);
        CommandRun damaged = sae("cache", "verify", REPOSITORY, "--cache", cache);
        assertThat(damaged.exitCode()).isEqualTo(1);
        assertThat(damaged.out()).contains("damaged: ").contains(" right, ");
        assertThat(damaged.err()).contains("sae download SAE --force");

        CommandRun asked = sae("cache", "delete", REPOSITORY + "@main", "--cache", cache);
        assertThat(asked.exitCode()).isEqualTo(1);
        assertThat(asked.out()).contains(REPOSITORY + "@main: " + commit);
        assertThat(asked.err()).contains("Nothing was deleted").contains("--yes");
        assertThat(weights).exists();

        assertThat(sae("cache", "delete", REPOSITORY, "--yes", "--cache", cache).out())
                .startsWith("deleted · ");
        assertThat(weights).doesNotExist();
        assertThat(sae("cache", "--cache", cache).out()).contains("is empty");
        assertThat(sae("cache", "--cache", cache).err())
                .containsPattern("libtorch is not in this cache: DJL has unpacked it into .+ \\([0-9.]+ MB\\)");
    }

    private Path out(int number) {
        return temporary.resolve("out" + number + ".safetensors");
    }

    private CommandRun run(Object... arguments) {
        return CommandRun.inOwnProcess(
                environment -> {
                    environment.put("HF_ENDPOINT", hub.endpoint().toString());
                    environment.put("HF_HUB_CACHE", cache.toString());
                },
                arguments);
    }
}
