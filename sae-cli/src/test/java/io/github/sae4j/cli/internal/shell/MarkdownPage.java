package io.github.sae4j.cli.internal.shell;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The part of a command's page in {@code docs/commands} that comes from the command's definition. */
public final class MarkdownPage {

    private final StringBuilder page = new StringBuilder();

    private MarkdownPage() {}

    /** Returns how a command is called, its arguments and options, its notes and examples, and those of its own commands. */
    public static String of(CommandSpec command) {
        MarkdownPage markdown = new MarkdownPage();
        markdown.section("Usage", command);
        for (CommandSpec below : Described.subcommands(command)) {
            markdown.section(below.qualifiedName(), below);
        }
        return markdown.page.toString();
    }

    /** Returns a command's names in a list with what each does, linked to their pages. */
    public static String index(CommandSpec command) {
        String rows = Described.subcommands(command).stream()
                .map(below -> "| [%s](%s.md) | %s |\n"
                        .formatted(below.qualifiedName(), below.name(), escaped(Described.description(below))))
                .collect(Collectors.joining());
        return "| command | what it does |\n|---|---|\n" + rows;
    }

    private void section(String title, CommandSpec command) {
        page.append("## ").append(title).append("\n\n");
        sentences(Described.description(command));
        page.append("```sh\n").append(usage(command)).append("\n```\n\n");
        page.append("| argument or option | |\n|---|---|\n");
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            row(parameter.paramLabel(), String.join(" ", parameter.description()));
        }
        for (OptionSpec option : Described.options(command)) {
            String value = Described.takesValue(option) ? " " + option.paramLabel() : "";
            row(String.join(", ", option.names()) + value, Described.description(option));
        }
        page.append('\n');
        sentences(Described.notes(command));
        List<String> examples = Described.examples(command);
        if (!examples.isEmpty()) {
            page.append("```sh\n").append(String.join("\n", examples)).append("\n```\n\n");
        }
    }

    private static String usage(CommandSpec command) {
        String required = Described.options(command).stream()
                .filter(OptionSpec::required)
                .map(option -> " " + option.longestName() + " " + option.paramLabel())
                .collect(Collectors.joining());
        String arguments = command.positionalParameters().stream()
                .map(parameter -> " " + argument(parameter))
                .collect(Collectors.joining());
        boolean below = !Described.subcommands(command).isEmpty();
        return command.qualifiedName() + (below ? " COMMAND" : "") + arguments + required + " [OPTION...]";
    }

    private static String argument(PositionalParamSpec parameter) {
        String label = parameter.paramLabel() + (parameter.arity().max() > 1 ? "..." : "");
        return parameter.arity().min() == 0 ? "[" + label + "]" : label;
    }

    private void row(String names, String text) {
        page.append("| `")
                .append(names.replace("|", "\\|"))
                .append("` | ")
                .append(escaped(text))
                .append(" |\n");
    }

    private void sentences(String text) {
        if (!text.isEmpty()) {
            Arrays.stream(escaped(text).split("(?<=\\.) "))
                    .forEach(sentence -> page.append(sentence).append('\n'));
            page.append('\n');
        }
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace("*", "\\*").replace("<", "\\<").replace("[", "\\[");
    }
}
