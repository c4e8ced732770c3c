package io.github.sae4j.cli.internal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** {@code sae help}: shows what {@code --help} of a command shows. */
@Command(
        name = "help",
        description = "Show the help of a command, as --help does; without more, list the commands.",
        footer = {"", "Examples:", "  sae help encode", "  sae help cache verify"})
@SuppressWarnings("NullAway.Init") // picocli fills the annotated field
public final class HelpCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "A command, and maybe one of its own commands.")
    private @Nullable List<String> words;

    @Override
    public void run() {
        CommandLine shown = spec.root().commandLine();
        for (String word : words == null ? List.<String>of() : words) {
            @Nullable CommandLine below = shown.getSubcommands().get(word);
            if (below == null) {
                throw new UnmatchedArgumentException(shown, List.of(word));
            }
            shown = below;
        }
        shown.usage(spec.commandLine().getOut());
    }
}
