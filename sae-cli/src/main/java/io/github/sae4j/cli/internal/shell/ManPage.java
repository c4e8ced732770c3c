package io.github.sae4j.cli.internal.shell;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The manual page in roff's man macros: each command with its arguments and options. */
public final class ManPage {

    private final StringBuilder page = new StringBuilder();

    private ManPage() {}

    /**
     * Returns the page of a command and its subcommands.
     *
     * @param command the command
     * @param version of the software, for the page's foot
     */
    public static String of(CommandSpec command, String version) {
        ManPage man = new ManPage();
        man.line(".TH " + command.name().toUpperCase(Locale.ROOT) + " 1 \"\" \"" + escaped(version) + "\"");
        man.section("NAME");
        man.line(escaped(command.name() + " - " + Described.description(command)));
        man.section("SYNOPSIS");
        man.line("\\fB" + escaped(command.name()) + "\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR ...]");
        man.section("OPTIONS");
        man.options(command);
        man.section("COMMANDS");
        man.commands(command);
        man.section("EXIT STATUS");
        man.tagged("\\fB0\\fR", "done");
        man.tagged("\\fB1\\fR", "the work failed; one sentence on standard error says why");
        man.tagged("\\fB2\\fR", "the command was misused");
        man.tagged("\\fB141\\fR", "whatever reads standard output wants no more, as head does");
        return man.page.toString();
    }

    private void commands(CommandSpec command) {
        for (CommandSpec subcommand : Described.subcommands(command)) {
            line(".SS \"" + escaped(subcommand.qualifiedName()) + arguments(subcommand) + "\"");
            line(escaped(Described.description(subcommand)));
            options(subcommand);
            String notes = Described.notes(subcommand);
            if (!notes.isEmpty()) {
                line(".PP");
                line(escaped(notes));
            }
            for (String example : Described.examples(subcommand)) {
                line(".PP");
                line("\\fB" + escaped(example) + "\\fR");
            }
            commands(subcommand);
        }
    }

    private static String arguments(CommandSpec command) {
        return command.positionalParameters().stream()
                .map(parameter -> " " + argument(parameter))
                .collect(Collectors.joining());
    }

    private static String argument(PositionalParamSpec parameter) {
        String label = escaped(parameter.paramLabel()) + (parameter.arity().max() > 1 ? " ..." : "");
        return parameter.arity().min() == 0 ? "[" + label + "]" : label;
    }

    private void options(CommandSpec command) {
        for (PositionalParamSpec parameter : command.positionalParameters()) {
            tagged("\\fI" + escaped(parameter.paramLabel()) + "\\fR", String.join(" ", parameter.description()));
        }
        for (OptionSpec option : Described.options(command)) {
            String names = Arrays.stream(option.names())
                    .map(name -> "\\fB" + escaped(name) + "\\fR")
                    .collect(Collectors.joining(", "));
            String value = Described.takesValue(option) ? "=\\fI" + escaped(option.paramLabel()) + "\\fR" : "";
            tagged(names + value, Described.description(option));
        }
    }

    private void section(String title) {
        line(".SH " + title);
    }

    private void tagged(String tag, String text) {
        line(".TP");
        line(tag);
        line(escaped(text));
    }

    private void line(String line) {
        page.append(line).append('\n');
    }

    /** A hyphen of roff's would become another character, and a line must not begin like a request. */
    private static String escaped(String text) {
        String plain = text.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
        return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
    }
}
