package io.github.sae4j.examples.internal;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Where a command prints.
 *
 * @param out what the user asked for
 * @param err what the user should know beside: progress, the summary, failures
 * @param columns how wide the terminal is that shows {@code err}, or 0 if no one watches it
 */
record Terminal(PrintWriter out, PrintWriter err, int columns) {

    /** Set by the launcher, which can ask the system what Java cannot. */
    private static final String STDERR_COLUMNS = "sae.stderr.columns";

    static Terminal of(CommandSpec spec) {
        CommandLine command = spec.commandLine();
        return new Terminal(command.getOut(), command.getErr(), Integer.getInteger(STDERR_COLUMNS, 0));
    }

    /** Returns a terminal on which lines about the work are part of what the user asked for. */
    Terminal allToOut() {
        return new Terminal(out, out, 0);
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
