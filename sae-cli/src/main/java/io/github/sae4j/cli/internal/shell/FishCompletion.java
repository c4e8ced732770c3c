package io.github.sae4j.cli.internal.shell;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completion script for fish: a line for each command and each of its options. */
public final class FishCompletion {

    private final StringBuilder script = new StringBuilder();
    private final String name;

    private FishCompletion(String name) {
        this.name = name;
    }

    /** Returns the script for a command and its subcommands. */
    public static String of(CommandSpec command) {
        FishCompletion completion = new FishCompletion(command.name());
        completion.addSubcommands(command, "__fish_use_subcommand");
        completion.addOptions(command, "__fish_use_subcommand");
        for (CommandSpec subcommand : Described.subcommands(command)) {
            String here = "__fish_seen_subcommand_from " + subcommand.name();
            List<CommandSpec> deeper = Described.subcommands(subcommand);
            if (!deeper.isEmpty()) {
                String names = deeper.stream().map(CommandSpec::name).collect(Collectors.joining(" "));
                completion.addSubcommands(subcommand, here + "; and not __fish_seen_subcommand_from " + names);
            }
            completion.addOptions(subcommand, here);
            for (CommandSpec below : deeper) {
                completion.addOptions(below, here + "; and __fish_seen_subcommand_from " + below.name());
            }
        }
        return completion.script.toString();
    }

    private void addSubcommands(CommandSpec command, String where) {
        for (CommandSpec subcommand : Described.subcommands(command)) {
            line(where, "-f -a " + subcommand.name(), Described.description(subcommand));
        }
    }

    private void addOptions(CommandSpec command, String where) {
        for (OptionSpec option : Described.options(command)) {
            StringBuilder names = new StringBuilder();
            for (String written : option.names()) {
                names.append(written.startsWith("--") ? "-l " : "-s ")
                        .append(written.replaceFirst("^-+", ""))
                        .append(' ');
            }
            line(where, names + (Described.takesValue(option) ? "-r" : "-f"), Described.description(option));
        }
    }

    private void line(String where, String what, String description) {
        script.append("complete -c ")
                .append(name)
                .append(" -n ")
                .append(quoted(where))
                .append(' ')
                .append(what)
                .append(" -d ")
                .append(quoted(description))
                .append('\n');
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
