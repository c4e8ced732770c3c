package io.github.sae4j.cli;

import io.github.sae4j.cli.internal.BenchCommand;
import io.github.sae4j.cli.internal.CacheCommand;
import io.github.sae4j.cli.internal.CheckCommand;
import io.github.sae4j.cli.internal.CompletionCommand;
import io.github.sae4j.cli.internal.DecodeCommand;
import io.github.sae4j.cli.internal.DemoCommand;
import io.github.sae4j.cli.internal.DoctorCommand;
import io.github.sae4j.cli.internal.DownloadCommand;
import io.github.sae4j.cli.internal.EncodeCommand;
import io.github.sae4j.cli.internal.EvalCommand;
import io.github.sae4j.cli.internal.Failures;
import io.github.sae4j.cli.internal.FeaturesCommand;
import io.github.sae4j.cli.internal.HelpCommand;
import io.github.sae4j.cli.internal.InfoCommand;
import io.github.sae4j.cli.internal.ListCommand;
import io.github.sae4j.cli.internal.ManCommand;
import io.github.sae4j.cli.internal.ReconstructCommand;
import io.github.sae4j.cli.internal.ReportCommand;
import io.github.sae4j.cli.internal.StandardOutput;
import io.github.sae4j.cli.internal.StandardStreams;
import io.github.sae4j.cli.internal.VectorModule;
import io.github.sae4j.cli.internal.Version;
import io.github.sae4j.cli.internal.shell.CommandGroup;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code sae} command: runs sparse autoencoders over saved activations. */
@Command(
        name = "sae",
        description = "Run sparse autoencoders over a language model's saved activations.",
        versionProvider = Version.class,
        footer = {
            "",
            "sae COMMAND --help tells more of each, with examples.",
            "",
            "Exit codes: 0 done, 1 the work failed, 2 the command was misused; 141 if what reads standard output wants no"
                    + " more, as head does."
        })
@SuppressWarnings({"NullAway.Init", "UnusedVariable"}) // picocli fills the annotated fields and acts on some itself
public final class SaeCommand implements Callable<Integer> {

    private static final List<Class<?>> COMMANDS = List.of(
            EncodeCommand.class,
            DecodeCommand.class,
            ReconstructCommand.class,
            EvalCommand.class,
            CheckCommand.class,
            FeaturesCommand.class,
            ReportCommand.class,
            ListCommand.class,
            InfoCommand.class,
            DownloadCommand.class,
            CacheCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
            CompletionCommand.class,
            ManCommand.class,
            HelpCommand.class);

    /** Commands that speak of the others. */
    private static final Set<Class<?>> OVERVIEWS = Set.of(CompletionCommand.class, ManCommand.class, HelpCommand.class);

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this text.")
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    private boolean version;

    @Option(
            names = Failures.VERBOSE,
            scope = ScopeType.INHERIT,
            description = "Show what the libraries report, and where a failure came from.")
    private boolean verbose;

    private SaeCommand() {}

    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param arguments what the user typed after {@code sae}
     */
    public static void main(String[] arguments) {
        // The libraries read these when their classes are loaded, so they come first; the user's own settings win.
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.offline", "true");
        if (Arrays.asList(arguments).contains(Failures.VERBOSE)) {
            setDefault("org.slf4j.simpleLogger.defaultLogLevel", "info");
            setDefault("org.slf4j.simpleLogger.log.ai.djl", "info");
        }
        VectorModule.load();
        System.exit(execute(StandardStreams.out(), StandardStreams.err(), arguments));
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Returns the command with all subcommands, ready to run. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    /** Returns the subcommands that are needed: reading the options of all takes a tenth of a second. */
    private static List<Class<?>> needed(String... arguments) {
        return COMMANDS.stream()
                .filter(command -> arguments.length > 0
                        && command.getAnnotation(Command.class).name().equals(arguments[0]))
                .findFirst()
                .filter(command -> !OVERVIEWS.contains(command))
                .<List<Class<?>>>map(List::of)
                .orElse(COMMANDS);
    }

    private static CommandLine commandLine(List<Class<?>> commands) {
        Failures failures = new Failures();
        CommandLine command = new CommandLine(new SaeCommand());
        commands.forEach(command::addSubcommand);
        CommandGroup.in(command.getCommandSpec().usageMessage());
        return command.setExecutionStrategy(SaeCommand::executed)
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
    }

    /** Help is printed outside of any command, where picocli would show a failure's trace. */
    private static int executed(ParseResult arguments) {
        try {
            return new RunLast().execute(arguments);
        } catch (StandardOutput.Unwritable e) {
            throw new ExecutionException(arguments.commandSpec().commandLine(), e.getMessage(), e);
        }
    }

    /**
     * Runs the command.
     *
     * @param out takes what the user asked for
     * @param err takes the summary and failures
     * @param arguments what the user typed after {@code sae}
     * @return the exit code: 0 for success, 1 for a failure of the work, 2 for misuse, 141 if whoever reads {@code out}
     *     wants no more
     */
    public static int run(PrintWriter out, PrintWriter err, String... arguments) {
        return execute(StandardOutput.of(out), err, arguments);
    }

    private static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        try {
            int exitCode =
                    commandLine(needed(arguments)).setOut(out).setErr(err).execute(arguments);
            out.flush();
            return exitCode;
        } catch (OutOfMemoryError | StandardOutput.Unwritable e) {
            return Failures.report(e, err, Arrays.asList(arguments).contains(Failures.VERBOSE));
        }
    }
}
