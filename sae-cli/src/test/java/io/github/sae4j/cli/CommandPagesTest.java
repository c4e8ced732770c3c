package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.cli.internal.shell.MarkdownPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The pages in {@code docs/commands} have the options of the commands' definitions; {@code -Dsae.pages=write} renews
 * them.
 */
class CommandPagesTest {

    private static final Path PAGES = Path.of("..", "docs", "commands");
    private static final String BEGIN = "<!-- From here on this page is generated from the command's definition. -->\n";

    static List<CommandSpec> commands() {
        return SaeCommand.commandLine().getCommandSpec().subcommands().values().stream()
                .map(command -> command.getCommandSpec())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void pageHasTheOptionsOfTheDefinition(CommandSpec command) throws IOException {
        requireGenerated(command.name() + ".md", MarkdownPage.of(command));
    }

    @Test
    void indexHasEveryCommand() throws IOException {
        requireGenerated(
                "README.md", MarkdownPage.index(SaeCommand.commandLine().getCommandSpec()));
    }

    @Test
    void everyPageHasItsCommand() {
        assertThat(CommandRun.namesIn(PAGES))
                .filteredOn(name -> !name.equals("README.md"))
                .containsExactlyInAnyOrderElementsOf(commands().stream()
                        .map(command -> command.name() + ".md")
                        .toList());
    }

    private static void requireGenerated(String name, String generated) throws IOException {
        Path page = PAGES.resolve(name);
        String text = Files.readString(page);
        assertThat(text).as("%s has the line after which it is generated", page).contains(BEGIN);
        String byHand = text.substring(0, text.indexOf(BEGIN));
        String wanted = byHand + BEGIN + "\n" + generated.stripTrailing() + "\n";
        if ("write".equals(System.getProperty("sae.pages"))) {
            Files.writeString(page, wanted);
        } else {
            assertThat(text)
                    .as("%s; mvn -pl sae-cli -am test -Dtest=CommandPagesTest -Dsae.pages=write renews it", page)
                    .isEqualTo(wanted);
        }
    }
}
