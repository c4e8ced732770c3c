package io.github.sae4j.cli.internal.shell;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The words of a command's definition without what is there for terminals only. */
final class Described {

    /** What the lines of a footer begin with that show how a command is used. */
    private static final String EXAMPLE = "  ";

    private Described() {}

    /** Returns the subcommands in the order of the help, without those that it hides. */
    static List<CommandSpec> subcommands(CommandSpec command) {
        return command.subcommands().entrySet().stream()
                .filter(entry -> entry.getKey().equals(entry.getValue().getCommandName()))
                .map(Map.Entry::getValue)
                .map(subcommand -> subcommand.getCommandSpec())
                .filter(subcommand -> !subcommand.usageMessage().hidden())
                .toList();
    }

    /** Returns a command's options, without those that its help hides. */
    static List<OptionSpec> options(CommandSpec command) {
        return command.options().stream().filter(option -> !option.hidden()).toList();
    }

    /** Returns what a command does. */
    static String description(CommandSpec command) {
        return String.join(" ", command.usageMessage().description());
    }

    /** Returns what else there is to say of a command. */
    static String notes(CommandSpec command) {
        return Arrays.stream(command.usageMessage().footer())
                .filter(line -> !line.isBlank() && !line.startsWith(EXAMPLE) && !line.equals("Examples:"))
                .collect(Collectors.joining(" "));
    }

    /** Returns lines that show how a command is used. */
    static List<String> examples(CommandSpec command) {
        return Arrays.stream(command.usageMessage().footer())
                .filter(line -> line.startsWith(EXAMPLE))
                .map(String::strip)
                .toList();
    }

    /** Returns what an option does, with its default. */
    static String description(OptionSpec option) {
        String text = String.join(" ", option.description());
        return text.contains("${DEFAULT-VALUE}")
                ? text.replace("${DEFAULT-VALUE}", String.valueOf(option.initialValue()))
                : text;
    }

    /** Returns whether an option is followed by a value. */
    static boolean takesValue(OptionSpec option) {
        return option.arity().max() > 0;
    }
}
