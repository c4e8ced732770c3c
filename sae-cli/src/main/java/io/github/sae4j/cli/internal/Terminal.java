package io.github.sae4j.cli.internal;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command prints.
 *
 * @param out what the user asked for
 * @param err what the user should know beside: progress, the summary, failures
 * @param columns how wide the terminal is that shows {@code err}, or 0 if no one watches it
 * @param watched whether a terminal shows {@code out}
 */
record Terminal(PrintWriter out, PrintWriter err, int columns, boolean watched) {

    /** Set by the launcher, which can ask the system what Java cannot. */
    private static final String STDERR_COLUMNS = "sae.stderr.columns";

    /** Likewise. */
    private static final String STDOUT_TERMINAL = "sae.stdout.terminal";

    static Terminal of(CommandSpec spec) {
        CommandLine command = spec.commandLine();
        return new Terminal(
                command.getOut(),
                command.getErr(),
                Integer.getInteger(STDERR_COLUMNS, 0),
                Boolean.getBoolean(STDOUT_TERMINAL));
    }

    /** Returns a terminal on which lines about the work are part of what the user asked for. */
    Terminal allToOut() {
        return new Terminal(out, out, 0, watched);
    }

    /** Prints a line about the work. */
    void note(String line) {
        err.println(line);
        err.flush();
    }

    /** Prints a line of what the user asked for. */
    void print(String line) {
        out.println(line);
        out.flush();
    }
}
