package io.github.sae4j.cli.internal;

import io.github.sae4j.cli.internal.shell.FishCompletion;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code sae completion}: prints what makes a shell complete the command's words. */
@Command(
        name = "completion",
        description = "Print a script that makes a shell complete commands and options.",
        footer = {
            "",
            "To keep it, put the first line below into ~/.bashrc, or the same with zsh into ~/.zshrc.",
            "",
            "Examples:",
            "  source <(sae completion bash)",
            "  sae completion fish > ~/.config/fish/completions/sae.fish"
        })
@SuppressWarnings("NullAway.Init") // picocli fills the annotated fields
public final class CompletionCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "SHELL", converter = ShellChoice.class, description = "bash, zsh or fish.")
    private String shell;

    /** Reads a shell's name. */
    static final class ShellChoice implements ITypeConverter<String> {

        @Override
        public String convert(String value) {
            if (value.equals("bash") || value.equals("zsh") || value.equals("fish")) {
                return value;
            }
            throw new TypeConversionException("it must be bash, zsh or fish, but is " + value);
        }
    }

    @Override
    public void run() {
        CommandSpec command = spec.root();
        String script = shell.equals("fish")
                ? FishCompletion.of(command)
                : AutoComplete.bash(command.name(), command.commandLine());
        Terminal.of(spec).print(script.stripTrailing());
    }
}
