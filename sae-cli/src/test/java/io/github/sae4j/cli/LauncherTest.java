package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher asks Java for the vector kernel's module, and its user sees nothing of that. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another one, which lets Java's line through")
@Timeout(60)
class LauncherTest {

    private static final String WARNING = "WARNING: Using incubator modules: jdk.incubator.vector";
    private static final String FAILING = "./sae info nowhere";

    @TempDir
    private Path folder;

    /** Lays out what a build leaves behind, so that the launcher starts the classes that are tested. */
    @BeforeEach
    void layOut() throws IOException {
        Path target = Files.createDirectories(folder.resolve("sae-cli/target"));
        Files.copy(Path.of("..", "sae"), folder.resolve("sae"));
        Files.writeString(target.resolve("sae.classpath"), System.getProperty("java.class.path"));
        Files.createFile(target.resolve("sae.built"));
        new JarOutputStream(Files.newOutputStream(target.resolve("sae-cli-0.jar"))).close();
    }

    @Test
    void failureIsOneSentenceAndNothingElse() {
        String sentence = CommandRun.sae("info", "nowhere").err();

        assertThat(sentence).hasLineCount(1);
        assertThat(bash(FAILING + " 2>err; echo $?; cat err")).isEqualTo("1\n" + sentence);
    }

    @Test
    void failureIsAppendedToWhatAFileHas() {
        String sentence = CommandRun.sae("info", "nowhere").err();

        assertThat(bash("echo before >err; " + FAILING + " 2>>err; cat err")).isEqualTo("before\n" + sentence);
    }

    @Test
    void commandsThatShareAFileWriteOneAfterTheOther() {
        String sentence = CommandRun.sae("info", "nowhere").err();

        assertThat(bash("{ " + FAILING + "; echo between >&2; " + FAILING + "; echo after >&2; } 2>err; cat err"))
                .isEqualTo(sentence + "between\n" + sentence + "after\n");
    }

    @Test
    void closedStandardErrorDoesNotMatter() {
        assertThat(bash(FAILING + " 2>&-; echo $?")).isEqualTo("1\n");
    }

    @Test
    void whatJavaSaysWhenItCannotStartArrives() {
        assertThat(bash("export SAE_JAVA_OPTS=-XX:+Nonsense; { " + FAILING + "; echo $?; } 2>&1 | cat"))
                .contains("Unrecognized VM option 'Nonsense'")
                .contains("1\n");
    }

    @Test
    void onlyTheWarningIsLeftOut() throws IOException {
        java("echo first >&2; echo '" + WARNING + "' >&2; echo '" + WARNING + "' >&2; printf 'last' >&2; exit 3");

        assertThat(bash("export JAVA_HOME=$PWD/java; { ./sae info x; echo $? >status; } 2>&1 | cat; cat status"))
                .isEqualTo("first\n" + WARNING + "\nlast3\n");
    }

    @Test
    void silenceStaysSilent() throws IOException {
        java("echo '" + WARNING + "' >&2");

        assertThat(bash("export JAVA_HOME=$PWD/java; ./sae info x 2>&1 | cat")).isEmpty();
    }

    @Test
    void wordsAfterAnInterruptionArrive() throws IOException, InterruptedException {
        // Bash cannot trap what was ignored when it started.
        assumeThat(InterruptionTest.isIgnored("INT"))
                .as("whoever started the tests ignores INT")
                .isFalse();
        java("trap 'echo interrupted >&2; exit 130' INT; touch ready; while :; do sleep 0.05; done");

        String script = """
                export JAVA_HOME=$PWD/java
                set -m
                ./sae info x 2>err &
                until [ -e ready ]; do sleep 0.05; done
                kill -INT -- -$!
                wait $!
                echo $?
                for ((i = 0; i < 100; i++)); do [ -s err ] && break; sleep 0.05; done
                cat err
                """;
        assertThat(bash(script)).isEqualTo("130\ninterrupted\n");
    }

    @Test
    void onlyCommandsThatRunAnSaeAskForTheModule() throws IOException {
        java("printf '%s ' \"$@\"");

        assertThat(started("encode")).contains("--add-modules jdk.incubator.vector ");
        assertThat(started("bench")).contains("--add-modules jdk.incubator.vector ");
        assertThat(started("list")).doesNotContain("incubator").contains("SaeCommand list");
        assertThat(started("--help")).doesNotContain("incubator");
    }

    @Test
    void javaWithoutTheModuleStartsWithoutIt() throws IOException {
        java("printf '%s ' \"$@\"");
        Files.writeString(
                folder.resolve("java/release"), "JAVA_VERSION=\"21.0.1\"\nMODULES=\"java.base java.net.http\"\n");

        assertThat(started("encode")).doesNotContain("incubator").contains("SaeCommand encode");
    }

    @Test
    void theArchiveOfClassesIsMadeOnceForEachBuildAndJava() throws IOException {
        anyJava("""
                for argument; do
                  case $argument in
                    -XX:ArchiveClassesAtExit=*) echo made >>made; echo classes >"${argument#*=}"; exit ;;
                  esac
                done
                printf '%s ' "$@"
                """);

        assertThat(started("encode")).contains("-XX:SharedArchiveFile=").contains("SaeCommand encode");
        assertThat(started("info")).contains("-XX:SharedArchiveFile=");
        assertThat(started("list")).doesNotContain("SharedArchiveFile");
        assertThat(folder.resolve("made")).hasContent("made");

        bash("touch -d '1 minute' sae-cli/target/sae.built");
        started("info");
        assertThat(folder.resolve("made")).hasContent("made\nmade");
        bash("touch -d '1 minute ago' sae-cli/target/sae.built; sed -i s/21.0.1/21.0.2/ java/release");
        started("info");
        assertThat(folder.resolve("made")).hasContent("made\nmade\nmade");
    }

    @Test
    void javaThatMakesNoArchiveIsNotAskedAgain() throws IOException {
        anyJava("""
                case "$*" in
                  *ArchiveClassesAtExit*) echo tried >>tried; exit 1 ;;
                esac
                printf '%s ' "$@"
                """);

        assertThat(started("encode")).doesNotContain("SharedArchiveFile").contains("SaeCommand encode");
        assertThat(started("encode")).doesNotContain("SharedArchiveFile");
        assertThat(folder.resolve("tried")).hasContent("tried");
    }

    @Test
    void whoStopsTheMakingStopsTheCommand() throws IOException {
        anyJava("case \"$*\" in *ArchiveClassesAtExit*) exit 130 ;; esac\necho started");

        assertThat(started("encode; echo $?")).isEqualTo("130\n");
        assertThat(CommandRun.namesIn(folder.resolve("sae-cli/target"))).noneMatch(name -> name.contains(".jsa"));
    }

    private String started(String command) {
        return bash("export JAVA_HOME=$PWD/java; ./sae " + command);
    }

    /** Makes a Java that runs a script instead of the command, and cannot make an archive of classes. */
    private void java(String script) throws IOException {
        anyJava("case \"$*\" in *ArchiveClassesAtExit*) exit 1 ;; esac\n" + script);
    }

    private void anyJava(String script) throws IOException {
        Path java = Files.createDirectories(folder.resolve("java/bin")).resolve("java");
        Files.writeString(java, "#!/usr/bin/env bash\n" + script + "\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        Files.writeString(
                folder.resolve("java/release"),
                "JAVA_VERSION=\"21.0.1\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
    }

    private String bash(String script) {
        try {
            ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).directory(folder.toFile());
            builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
            builder.environment().remove("SAE_JAVA_OPTS");
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.redirectError(folder.resolve("unexpected").toFile());
            Process process = builder.start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            return out;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
