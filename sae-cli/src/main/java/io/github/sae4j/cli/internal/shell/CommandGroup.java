package io.github.sae4j.cli.internal.shell;

import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.Column.Overflow;
import picocli.CommandLine.Help.TextTable;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * Commands that belong together, as the help lists them.
 *
 * @param title what they are for
 * @param commands their names
 */
public record CommandGroup(String title, List<String> commands) {

    private static final int INDENT = 2;
    private static final int WIDEST_NAME = 14;

    private static final List<CommandGroup> ALL = List.of(
            new CommandGroup("From activations to features and back:", List.of("encode", "decode", "reconstruct")),
            new CommandGroup(
                    "How an SAE does, and what its features do:", List.of("eval", "check", "features", "report")),
            new CommandGroup("Find, look at and fetch SAEs:", List.of("list", "info", "download", "cache")),
            new CommandGroup("This machine, and the command itself:", List.of("demo", "bench", "doctor")),
            new CommandGroup("For the shell:", List.of("completion", "man", "help")));

    /** Returns all groups, in which each command is once. */
    public static List<CommandGroup> all() {
        return ALL;
    }

    /** Makes a command's help list its commands in groups. */
    public static void in(UsageMessageSpec usage) {
        usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, CommandGroup::listed);
        usage.sectionMap().put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING, help -> "");
    }

    private static String listed(Help help) {
        StringBuilder text = new StringBuilder();
        for (CommandGroup group : ALL) {
            text.append(String.format("%n%s%n", group.title)).append(group.table(help));
        }
        return text.toString();
    }

    private TextTable table(Help help) {
        int width = help.commandSpec().usageMessage().width();
        TextTable table = TextTable.forColumns(
                help.colorScheme(),
                new Column(WIDEST_NAME, INDENT, Overflow.SPAN),
                new Column(width - WIDEST_NAME, INDENT, Overflow.WRAP));
        help.subcommands().forEach((name, command) -> {
            if (commands.contains(name)) {
                table.addRowValues(
                        help.colorScheme().commandText(name),
                        help.colorScheme().text(Described.description(command.commandSpec())));
            }
        });
        return table;
    }
}
