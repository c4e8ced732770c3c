package io.github.sae4j.examples.internal;

import io.github.sae4j.examples.internal.output.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say where the result goes. */
@SuppressWarnings("NullAway.Init") // picocli fills the required option
final class OutputOptions {

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The safetensors file to make.")
    private Path out;

    @Option(names = "--force", description = "Replace FILE if it is there already.")
    private boolean force;

    /**
     * Returns the file to make.
     *
     * @param inputs the files to be read
     * @param spec the command, for the message
     * @throws ParameterException if it is one of these
     * @throws CommandException if the file cannot be made
     */
    OutputFile target(List<Path> inputs, CommandSpec spec) {
        requireOther(out, inputs, spec);
        return OutputFile.of(out, force);
    }

    /**
     * Checks that a file to make is not one to be read.
     *
     * @throws ParameterException if it is
     */
    static void requireOther(Path out, List<Path> inputs, CommandSpec spec) {
        for (Path input : inputs) {
            if (isSame(out, input)) {
                throw new ParameterException(spec.commandLine(), "--out names the file that is to be read, " + input);
            }
        }
    }

    private static boolean isSame(Path out, Path input) {
        try {
            return Files.exists(out) && Files.exists(input) && Files.isSameFile(out, input);
        } catch (IOException e) {
            throw CommandException.of(out, "cannot be read", e);
        }
    }
}
