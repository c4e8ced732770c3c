package io.github.sae4j.cli.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.OutputFile;
import io.github.sae4j.data.activations.ArrayFormat;
import io.github.sae4j.data.activations.ReconstructionTarget;
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

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "The file to make, a .safetensors, .npy or .npz.")
    private Path out;

    @Option(names = "--force", description = "Replace FILE if it is there already.")
    private boolean force;

    /**
     * Returns the file to make.
     *
     * @param inputs the files to be read
     * @param spec the command, for the message
     * @throws ParameterException if it is one of these, or its name does not tell a format
     * @throws CommandException if the file cannot be made
     */
    ReconstructionTarget target(List<Path> inputs, CommandSpec spec) {
        if (ArrayFormat.of(out).isEmpty()) {
            throw wrongEnding(out, ArrayFormat.endings(), spec);
        }
        requireOther(out, inputs, spec);
        return ReconstructionTarget.of(file(out, force));
    }

    /** Returns the file to make, which may be there already if the user says that it may be replaced. */
    static OutputFile file(Path out, boolean force) {
        return force ? OutputFile.replacing(out) : OutputFile.of(out);
    }

    /** Returns the exception for a file whose name tells none of the forms in which a command can write. */
    static ParameterException wrongEnding(Path out, String endings, CommandSpec spec) {
        return new ParameterException(
                spec.commandLine(),
                "--out " + out + " must end in " + (endings.contains(",") ? "one of " : "") + endings);
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
            throw DataException.of(DataException.Reason.UNREADABLE, out, "cannot be read", e);
        }
    }
}
