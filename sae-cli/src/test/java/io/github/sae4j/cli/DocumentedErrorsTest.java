package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command says of bad inputs what {@code docs/troubleshooting.md} says that it does. */
class DocumentedErrorsTest {

    private static final Path PAGE = Path.of("..", "docs", "troubleshooting.md");
    private static final Pattern ROW = Pattern.compile("\\| (.+?) \\| `sae (.+?)` \\| `(.+?)` \\|");
    private static final Pattern EXIT_CODE = Pattern.compile("###* .*exit code ([0-9])");

    @TempDir
    private static Path folder;

    /** A row of a table: what the user typed, and what comes of it. */
    record Refusal(String wrong, String command, String sentence, int exitCode) {

        @Override
        public String toString() {
            return wrong;
        }
    }

    @BeforeAll
    static void makeFiles() {
        BadInputs.writeTo(folder);
    }

    static List<Refusal> refusals() throws IOException {
        int[] exitCode = {0};
        return Files.readAllLines(PAGE).stream()
                .map(line -> {
                    Matcher heading = EXIT_CODE.matcher(line);
                    if (heading.matches()) {
                        exitCode[0] = Integer.parseInt(heading.group(1));
                    }
                    return ROW.matcher(line.replace("\\|", "\u0000"));
                })
                .filter(Matcher::matches)
                .map(row -> new Refusal(row.group(1), row.group(2), row.group(3), exitCode[0]))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void oneSentenceAndNothingWritten(Refusal refusal) {
        List<String> before = CommandRun.namesIn(folder);

        CommandRun run = CommandRun.sae(Arrays.stream(refusal.command().split(" ", -1))
                .map(this::placed)
                .toArray());

        assertThat(run.err().replace(folder + "/", "").strip()).isEqualTo("sae: " + refusal.sentence());
        assertThat(run.exitCode()).isEqualTo(refusal.exitCode());
        assertThat(run.out()).isEmpty();
        assertThat(CommandRun.namesIn(folder)).isEqualTo(before);
        assertThat(folder.resolve("precious.safetensors")).hasContent("precious");
    }

    /** Names of files are those of the test's folder. */
    private String placed(String word) {
        boolean isFile = word.matches(
                "(sae|(\\./)?sae-.+|folder.*|.+\\.(safetensors|npy|npz|parquet|arrow|pt|memmap|json|html|txt|jsonl))");
        if (word.startsWith("delphi:") && !word.endsWith(":")) {
            return "delphi:" + folder.resolve(word.substring(word.indexOf(':') + 1));
        }
        return isFile ? folder.resolve(word).toString() : word;
    }

    @Test
    void everyBadFileHasItsRow() throws IOException {
        String page = Files.readString(PAGE);

        assertThat(refusals()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(CommandRun.namesIn(folder))
                .allSatisfy(name -> assertThat(page).contains(name.replaceFirst("-[12]\\.", "-*.")));
    }
}
