package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Completion scripts and the manual know every command and option that the help knows. */
class ShellTest {

    private static final Pattern OPTION = Pattern.compile("(?m)^ +(?:-[a-z], )?(--[a-z][a-z-]+)");
    private static final List<String> COMMANDS = List.of(
            "encode",
            "decode",
            "reconstruct",
            "eval",
            "check",
            "features",
            "report",
            "list",
            "info",
            "download",
            "cache",
            "demo",
            "bench",
            "doctor",
            "completion",
            "man",
            "help");

    @TempDir
    private Path folder;

    private static List<String> optionsOf(String command) {
        List<String> options = new ArrayList<>();
        Matcher option = OPTION.matcher(sae(command, "--help").out());
        while (option.find()) {
            options.add(option.group(1));
        }
        return options;
    }

    private String script(String shell) {
        CommandRun run = sae("completion", shell);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return run.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void everyOptionIsCompleted(String shell) {
        String script = script(shell);

        for (String command : COMMANDS) {
            int function = script.indexOf("function _picocli_sae_" + command + "(");
            assertThat(function).as(command).isPositive();
            assertThat(script.substring(function, script.indexOf("\n}\n", function)))
                    .contains(optionsOf(command));
        }
    }

    @Test
    void fishKnowsEveryOptionOfEachCommand() {
        List<String> lines = script("fish").lines().toList();

        for (String command : COMMANDS) {
            assertThat(lines).anyMatch(line -> line.contains("__fish_use_subcommand' -f -a " + command + " -d '"));
            for (String option : optionsOf(command)) {
                assertThat(lines)
                        .as(command + " " + option)
                        .anyMatch(line -> line.contains("__fish_seen_subcommand_from " + command + "'")
                                && line.contains("-l " + option.substring(2) + " "));
            }
        }
        assertThat(lines).allMatch(line -> line.startsWith("complete -c sae -n '") && line.endsWith("'"));
        assertThat(lines).anyMatch(line -> line.contains("seen_subcommand_from cache") && line.contains("-a verify"));
    }

    @Test
    void manualHasEveryOptionOfEachCommand() {
        CommandRun run = sae("man");
        assertThat(run.exitCode()).isZero();
        String page = run.out();

        for (String command : COMMANDS) {
            int section = page.indexOf(".SS \"sae " + command);
            assertThat(section).as(command).isPositive();
            int end = page.indexOf("\n.SS", section);
            String text = page.substring(section, end < 0 ? page.length() : end).replace("\\-", "-");
            for (String option : optionsOf(command)) {
                assertThat(text).as(command).contains("\\fB" + option + "\\fR");
            }
        }
        assertThat(page).doesNotContain("${").doesNotContain("@|");
        assertThat(page.lines().filter(line -> line.startsWith(".")))
                .allMatch(line -> line.matches("\\.(TH|SH|SS|TP|PP)( .*)?"));
    }

    @ParameterizedTest
    @CsvSource({"enc, 1, encode", "encode --top, 2, --top-k", "completion '', 2, ''", "cache ver, 2, verify"})
    void bashCompletes(String words, int word, String completed) throws IOException, InterruptedException {
        Files.writeString(folder.resolve("sae.bash"), script("bash"));

        String printed = printed(
                "bash",
                "-c",
                ". '" + folder.resolve("sae.bash") + "'; compopt() { :; }; COMP_WORDS=(sae " + words + "); COMP_CWORD="
                        + word
                        + "; COMP_LINE='sae " + words.replace("'", "") + "'; COMP_POINT=${#COMP_LINE}; _complete_sae;"
                        + " echo \"${COMPREPLY[@]}\"");

        assertThat(printed.strip()).isEqualTo(completed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void shellsReadTheirScripts(String shell) throws IOException, InterruptedException {
        Path script = Files.writeString(folder.resolve("script"), script(shell));

        assertThat(printed(shell, "-n", script.toString())).isEmpty();
    }

    @Test
    void fishCompletes() throws IOException, InterruptedException {
        Path script = Files.writeString(folder.resolve("sae.fish"), script("fish"));

        assertThat(printed("fish", "-c", "source '" + script + "'; complete -C 'sae enc'"))
                .startsWith("encode\tTurn");
        assertThat(printed("fish", "-c", "source '" + script + "'; complete -C 'sae encode --top'"))
                .startsWith("--top-k\tKeep");
    }

    @Test
    void shellsThatAreNotKnown() {
        CommandRun run = sae("completion", "csh");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("it must be bash, zsh or fish, but is csh");
    }

    @Test
    void coloursAreForTerminalsThatWantThem() throws IOException, InterruptedException {
        assumeThat(System.getProperty("os.name"))
                .as("script(1) has these options")
                .isEqualTo("Linux");
        String help = "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "' -cp '"
                + System.getProperty("java.class.path") + "' " + SaeCommand.class.getName() + " --help";

        assertThat(printed("script", "-qc", "env -u NO_COLOR TERM=xterm " + help, "/dev/null"))
                .contains("\u001b[", "encode");
        assertThat(printed("script", "-qc", "NO_COLOR=1 TERM=xterm " + help, "/dev/null"))
                .contains("encode")
                .doesNotContain("\u001b[");
        assertThat(printed("sh", "-c", "env -u NO_COLOR TERM=xterm " + help))
                .contains("encode")
                .doesNotContain("\u001b[");
    }

    /** Returns what a program prints on both streams, unless it is not there. */
    private String printed(String... command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeThat(e).as(command[0] + " is there").isNull();
            throw e;
        }
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed;
    }
}
