package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.cli.MarkdownPages.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The command prints what the README and the manual show: in each {@code console} block the lines after {@code $} are
 * run, beside the folder of {@code sae demo --keep demo}, and print the lines below them. A line that is {@code …} stands
 * for any number of lines.
 */
class DocumentedCommandsTest {

    private static final String PROMPT = "$ ";
    private static final String ELLIPSIS = "…";

    /** What is another number each time. */
    private static final Pattern MEASURED =
            Pattern.compile("[0-9][0-9,.]*(?= tokens/s| ms\\b)|(?<=\\()[0-9.]+ k?M?B(?=\\))");

    @TempDir
    private static Path demo;

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeTheDemo() {
        CommandRun run = CommandRun.sae("demo", "--keep", demo);
        assertThat(run.exitCode()).as(run.err()).isZero();
    }

    static List<Block> blocks() {
        return MarkdownPages.all().stream()
                .flatMap(page -> MarkdownPages.code(page, "console").stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("blocks")
    void printsWhatIsShown(Block block) throws IOException {
        copy(demo, folder.resolve("demo"));
        List<String> lines = block.lines();
        assertThat(lines.get(0)).startsWith(PROMPT);
        for (int at = 0; at < lines.size(); ) {
            String command = lines.get(at++).substring(PROMPT.length());
            List<String> shown = new ArrayList<>();
            while (at < lines.size() && !lines.get(at).startsWith(PROMPT)) {
                shown.add(lines.get(at++));
            }
            requirePrinted(command, shown);
        }
    }

    private void requirePrinted(String command, List<String> shown) {
        List<String> words = Arrays.asList(command.split(" ", -1));
        assertThat(words.get(0)).isIn("sae", "./sae");

        CommandRun run = CommandRun.sae(words.stream().skip(1).map(this::placed).toArray());

        String printed = run.out() + run.err();
        assertThat(run.exitCode()).as(command + "\n" + printed).isZero();
        assertThat(printed.replace(folder + "/", "")
                        .lines()
                        .map(DocumentedCommandsTest::comparable)
                        .collect(Collectors.joining("\n")))
                .as(command)
                .matches(Pattern.compile(
                        shown.stream().map(DocumentedCommandsTest::pattern).collect(Collectors.joining("\n"))));
    }

    /** Returns a word as the shell would pass it, with the names of files those of the test's folder. */
    private String placed(String written) {
        String word = written.replace("'", "");
        boolean isFile = word.matches("demo/.+|[\\w.-]+\\.(safetensors|npy|npz|parquet|jsonl|html)");
        return isFile ? folder.resolve(word).toString() : word;
    }

    private static String pattern(String shown) {
        return shown.strip().equals(ELLIPSIS) ? "(?s:.*?)" : Pattern.quote(comparable(shown));
    }

    private static String comparable(String line) {
        return MEASURED.matcher(line.stripTrailing()).replaceAll("N");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    @Test
    void commandsOnTheDemoHaveAnExample() throws IOException {
        Path pages = MarkdownPages.ROOT.resolve("docs").resolve("commands");

        for (String command :
                List.of("encode", "decode", "reconstruct", "eval", "check", "features", "report", "list", "info")) {
            assertThat(MarkdownPages.code(pages.resolve(command + ".md"), "console"))
                    .as(command)
                    .anySatisfy(
                            block -> assertThat(block.lines()).anyMatch(line -> line.startsWith("$ sae " + command)));
        }
    }
}
