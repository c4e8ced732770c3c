package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./sae} builds what is not built and hands over to the start script, and its user sees the command and nothing else. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher there is another one")
@Timeout(300)
class LauncherTest {

    private static final String FAILING = "./sae info nowhere";

    @TempDir
    private Path temporary;

    private Path folder;

    /** Lays out what a build leaves behind, so that the launcher starts the classes that are tested. */
    @BeforeEach
    void layOut() throws IOException {
        folder = temporary.resolve("My Sources");
        Path target = Files.createDirectories(folder.resolve("sae-cli/target"));
        Path scripts = Files.createDirectories(folder.resolve("sae-cli/src/main/scripts"));
        Files.copy(Path.of("..", "sae"), folder.resolve("sae"));
        Files.copy(Path.of("src", "main", "scripts", "sae"), scripts.resolve("sae"));
        Files.writeString(target.resolve("sae.built"), System.getProperty("java.class.path"));
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
    void theVectorKernelIsThereAndJavaSaysNothingOfIt() {
        assertThat(bash("./sae doctor 2>err | grep 'Vector API'; cat err"))
                .contains("there, vectors of ")
                .hasLineCount(1);
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
                for ((i = 0; i < 2000; i++)); do [ -s err ] && break; sleep 0.05; done
                cat err
                """;
        assertThat(bash(script)).isEqualTo("130\ninterrupted\n");
    }

    @Test
    void onlyCommandsThatRunAnSaeStartWithWhatTheVectorKernelNeeds() throws IOException {
        java("printf '%s ' \"$@\"");

        assertThat(started("encode")).contains("--add-exports java.base/jdk.internal.module=ALL-UNNAMED ");
        assertThat(started("bench")).contains("--add-exports java.base/jdk.internal.module=ALL-UNNAMED ");
        assertThat(started("list")).doesNotContain("--add-exports").contains("SaeCommand list");
        assertThat(started("--help")).doesNotContain("--add-exports");
    }

    @Test
    void aLinkLeadsToIt() throws IOException {
        java("printf '%s ' \"$@\"");
        Files.createDirectory(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("bin/first"), Path.of("../sae"));
        Files.createSymbolicLink(folder.resolve("second"), folder.resolve("bin/first"));

        assertThat(bash("export JAVA_HOME=$PWD/java; cd /; \"$OLDPWD/second\" list"))
                .contains("-Dsae.launcher=" + folder.resolve("second"))
                .endsWith("SaeCommand list ");
        assertThat(bash("export JAVA_HOME=$PWD/java; cd bin; PATH=.:$PATH; first list"))
                .endsWith("SaeCommand list ");
    }

    @Test
    void argumentsArriveAsTheyAre() throws IOException {
        java("printf '<%s>' \"$@\"");

        assertThat(started("list '' 'two words' '*' \"it's\"")).endsWith("<list><><two words><*><it's>");
    }

    @Test
    void aWrongJavaHomeIsNamed() {
        assertThat(bash("JAVA_HOME=/no/java ./sae list 2>&1; echo $?"))
                .isEqualTo("sae: JAVA_HOME is /no/java, but there is no bin/java in it.\n1\n");
    }

    @Test
    void anOldJavaIsNamed() throws IOException {
        java("exit 3");
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"11.0.2\"\n");

        assertThat(started("list 2>&1; echo $?"))
                .isEqualTo("sae: Java 17 or newer is needed, but " + folder + "/java/bin/java is version 11.0.2.\n1\n");
    }

    @Test
    void whatIsNotBuiltOrHasChangedIsBuilt() throws IOException {
        java("printf '%s ' \"$@\"");
        maven(
                "echo built >>../built; touch sae-cli/target/sae-cli-1.jar; printf %s \"$PWD/other.jar\" >sae-cli/target/sae.classpath");
        Files.createFile(folder.resolve("other.jar"));
        Path target = folder.resolve("sae-cli/target");
        Files.delete(target.resolve("sae.built"));

        String classPath = "-cp " + target.resolve("sae-cli-1.jar") + ":" + folder.resolve("other.jar") + " ";
        assertThat(built("list")).contains(classPath).endsWith("SaeCommand list ");
        assertThat(built("list")).contains(classPath);
        assertThat(temporary.resolve("built")).hasContent("built");

        touch("sae-cli/src/main/scripts/sae", 60);
        assertThat(built("list")).contains(classPath);
        assertThat(temporary.resolve("built")).hasContent("built\nbuilt");
        touch("sae-cli/src/main/scripts/sae", -60);
        Files.delete(folder.resolve("other.jar"));
        built("list");
        assertThat(temporary.resolve("built")).hasContent("built\nbuilt\nbuilt");
    }

    @Test
    void aBuildThatFailsTellsWhere() throws IOException {
        java("echo started");
        maven("echo reasons; exit 1");
        Path target = folder.resolve("sae-cli/target");
        Files.delete(target.resolve("sae.built"));

        assertThat(built("list 2>&1; echo $?"))
                .endsWith("sae: The build failed; " + target.resolve("sae.build.log") + " tells why.\n1\n")
                .doesNotContain("started");
        assertThat(target.resolve("sae.build.log")).hasContent("reasons");
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

        touch("sae-cli/target/sae.built", 60);
        started("info");
        assertThat(folder.resolve("made")).hasContent("made\nmade");
        touch("sae-cli/target/sae.built", 0);
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"21.0.2\"\n");
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

    private void touch(String file, int seconds) throws IOException {
        Files.setLastModifiedTime(
                folder.resolve(file), FileTime.from(Instant.now().plusSeconds(seconds)));
    }

    private String built(String command) {
        return bash("export JAVA_HOME=$PWD/java; PATH=$PWD/maven:$PATH; ./sae " + command);
    }

    /** Makes a Maven that runs a script. */
    private void maven(String script) throws IOException {
        executable(Files.createDirectories(folder.resolve("maven")).resolve("mvn"), script);
    }

    private static void executable(Path file, String script) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + script + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private String started(String command) {
        return bash("export JAVA_HOME=$PWD/java; ./sae " + command);
    }

    /** Makes a Java that runs a script instead of the command, and cannot make an archive of classes. */
    private void java(String script) throws IOException {
        anyJava("case \"$*\" in *ArchiveClassesAtExit*) exit 1 ;; esac\n" + script);
    }

    private void anyJava(String script) throws IOException {
        executable(Files.createDirectories(folder.resolve("java/bin")).resolve("java"), script);
        Files.writeString(folder.resolve("java/release"), "JAVA_VERSION=\"21.0.1\"\n");
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
