package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.inOwnProcess;
import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.sae4j.fixtures.hub.FakeHub;
import io.github.sae4j.fixtures.hub.FakeRepo;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code sae doctor} tells what works and what does not, and fails only where no SAE can run. */
class DoctorTest {

    @TempDir
    private Path folder;

    @Test
    void whatRunsHere() {
        CommandRun run = sae("doctor", "--offline", "--cache", folder);

        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .containsPattern("Java +" + Runtime.version().feature() + "\\.")
                .containsPattern("processors +" + Runtime.getRuntime().availableProcessors() + "\\R")
                .containsPattern("engine +libtorch [0-9]+\\.[0-9]+\\.[0-9]+\\R")
                .containsPattern("native library +\\S+, [0-9.]+ MB")
                .containsPattern("CUDA +(not )?seen: ")
                .containsPattern("kernel +(vector|torchscript|plain) on (cpu|cuda:0)\\R")
                .contains(folder + ", exists, writable, ")
                .containsPattern("offline +yes, by --offline\\R")
                .containsPattern("hub reachable +not asked")
                .doesNotContain("FAILS");
    }

    @Test
    void programsGetOneObject() {
        CommandRun run = sae("doctor", "--offline", "--json");

        JsonObject object = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(object.get("can_run").getAsBoolean()).isTrue();
        assertThat(object.get("fails").isJsonNull()).isTrue();
        assertThat(object.keySet())
                .contains("java", "engine", "native_library", "cuda", "kernel", "cache", "hub_reachable");
    }

    @Test
    void aHubThatAnswers() {
        Path served = SmallSae.write(folder.resolve("served"));
        try (FakeHub hub =
                FakeHub.serving(FakeRepo.of("some/repository", served)).start()) {
            CommandRun run = inOwnProcess(
                    environment -> {
                        environment.put("HF_ENDPOINT", hub.endpoint().toString());
                        environment.put("HF_TOKEN", "hf_secret");
                    },
                    "doctor");

            assertThat(run.exitCode()).as(run.out()).isZero();
            assertThat(run.out())
                    .containsPattern("hub +" + hub.endpoint() + "\\R")
                    .containsPattern("hub reachable +yes, it answered with HTTP [0-9]+\\R")
                    .containsPattern("token +set, from HF_TOKEN\\R")
                    .doesNotContain("hf_secret");
        }
    }

    @Test
    void aHubOutOfReachIsNoFailure() {
        CommandRun run = inOwnProcess(environment -> environment.put("HF_ENDPOINT", "http://127.0.0.1:1"), "doctor");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern("hub reachable +no: nothing answers at this address");
    }

    @Test
    void settingsThatCannotBe() {
        CommandRun run = inOwnProcess(environment -> environment.put("HF_ENDPOINT", "ftp://hub"), "doctor");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern("hub +its settings cannot be read: .*ftp://hub");
    }

    @Test
    void aFileInPlaceOfTheCache() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");

        assertThat(sae("doctor", "--offline", "--cache", file).out()).contains(file + ", not a folder, not writable");
        assertThat(sae("doctor", "--offline", "--cache", folder.resolve("new/er"))
                        .out())
                .contains(folder.resolve("new/er") + ", not there yet, writable");
    }

    @Test
    void withoutANativeLibraryJavasKernelsRun() {
        CommandRun run = inOwnProcess(
                classPathWithout("pytorch-native"),
                environment -> environment.put("DJL_CACHE_DIR", folder.toString()),
                "doctor",
                "--offline");

        assertThat(run.exitCode()).as(run.out()).isZero();
        assertThat(run.out())
                .containsPattern("engine +not here\\. There is no libtorch for DJL's PyTorch engine .*"
                        + "Only DJL's arrays, CUDA, --kernel torchscript and temporal SAEs need libtorch\\.")
                .containsPattern("kernel +(vector|plain) on cpu\\R")
                .containsPattern("hub reachable +not asked")
                .doesNotContain("FAILS");
    }

    @Test
    void whereKernelsCannotBeLoadedNoSaeRuns() throws IOException {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(
                services.resolve("io.github.sae4j.core.internal.kernel.KernelProvider"),
                "example.KernelOfAnotherVersion");

        CommandRun run = inOwnProcess(
                folder + File.pathSeparator + System.getProperty("java.class.path"),
                environment -> {},
                "doctor",
                "--offline",
                "--json");

        assertThat(run.exitCode()).as(run.out()).isEqualTo(1);
        JsonObject object = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(object.get("can_run").getAsBoolean()).isFalse();
        assertThat(object.get("fails").getAsString()).isEqualTo("kernel");
        assertThat(object.get("kernel").getAsString()).contains("example.KernelOfAnotherVersion");
        assertThat(object.get("advice").getAsString()).startsWith("No SAE can run here: ");
    }

    private static String classPathWithout(String name) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.contains(name))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
