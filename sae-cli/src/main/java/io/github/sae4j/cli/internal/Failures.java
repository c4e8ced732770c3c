package io.github.sae4j.cli.internal;

import io.github.sae4j.analysis.AnalysisException;
import io.github.sae4j.core.SaeException;
import io.github.sae4j.data.DataException;
import io.github.sae4j.data.internal.files.ShutdownGuard;
import io.github.sae4j.hub.HubException;
import io.github.sae4j.loader.SaeLoadException;
import io.github.sae4j.safetensors.SafetensorsException;
import io.github.sae4j.tensors.TensorFileException;
import java.io.PrintWriter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns whatever goes wrong into one sentence on standard error and an exit code. */
public final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

    /** Shows the stack trace of a failure, and the libraries' log. */
    public static final String VERBOSE = "--verbose";

    /** What a shell says of a program that SIGPIPE has ended, as it ends most programs. */
    private static final int READER_HAS_ENDED = 128 + 13;

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        String message = message(failure, arguments);
        command.getErr()
                .println("sae: " + message + "; see " + command.getCommandSpec().qualifiedName() + " --help.");
        command.getErr().flush();
        return ExitCode.USAGE;
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        return report(failure, command.getErr(), arguments.originalArgs().contains(VERBOSE));
    }

    /** An option that there is not is named first: it may be the reason why another one is missing. */
    private static String message(ParameterException failure, String[] arguments) {
        if (failure instanceof MissingParameterException || failure instanceof UnmatchedArgumentException) {
            Optional<UnknownOption> unknown =
                    UnknownOption.among(arguments, failure.getCommandLine().getCommandSpec());
            if (unknown.isPresent()) {
                return unknown.get().message();
            }
        }
        return failure instanceof UnmatchedArgumentException unmatched && namesNoCommand(unmatched)
                ? noCommand(unmatched)
                : sentencePart(failure.getMessage());
    }

    private static boolean namesNoCommand(UnmatchedArgumentException failure) {
        return !failure.isUnknownOption()
                && !failure.getCommandLine().getSubcommands().isEmpty();
    }

    private static String noCommand(UnmatchedArgumentException failure) {
        return UnknownCommand.message(
                failure.getUnmatched().get(0), failure.getCommandLine().getParent() == null, failure.getSuggestions());
    }

    /**
     * Prints a failure.
     *
     * @param failure what went wrong
     * @param err where the sentence goes
     * @param verbose whether the stack trace follows
     * @return the exit code
     */
    public static int report(Throwable failure, PrintWriter err, boolean verbose) {
        if (ShutdownGuard.isEnding()) {
            return ExitCode.SOFTWARE;
        }
        if (failure instanceof StandardOutput.Unwritable unwritable && unwritable.readerHasEnded()) {
            return READER_HAS_ENDED;
        }
        err.println("sae: " + sentence(failure));
        if (verbose) {
            failure.printStackTrace(err);
        }
        err.flush();
        return ExitCode.SOFTWARE;
    }

    private static String sentence(Throwable failure) {
        if (failure instanceof SaeLoadException refused) {
            return firstLine(OptionWords.of(refused));
        }
        if (failure instanceof DataException data) {
            return firstLine(SettingOptions.spelled(data.sentence()));
        }
        if (failure instanceof SaeException
                || failure instanceof AnalysisException
                || failure instanceof TensorFileException) {
            return firstLine(OptionWords.withMemory(String.valueOf(failure.getMessage())));
        }
        if (failure instanceof CommandException
                || failure instanceof StandardOutput.Unwritable
                || failure instanceof HubException
                || failure instanceof SafetensorsException) {
            return firstLine(failure.getMessage());
        }
        if (failure instanceof OutOfMemoryError) {
            return "There is not enough memory for this; a smaller --batch-tokens needs less.";
        }
        return "An unexpected failure, " + failure.getClass().getSimpleName() + " (" + firstLine(failure.getMessage())
                + "); " + VERBOSE + " shows where.";
    }

    private static String firstLine(@Nullable String message) {
        return message == null ? "" : message.lines().findFirst().orElse("");
    }

    /** Takes picocli's message as the beginning of a sentence. */
    private static String sentencePart(@Nullable String message) {
        String line = firstLine(message).replace("option option", "option");
        return line.endsWith(".") ? line.substring(0, line.length() - 1) : line;
    }
}
