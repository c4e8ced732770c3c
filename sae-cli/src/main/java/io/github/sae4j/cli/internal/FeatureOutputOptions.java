package io.github.sae4j.cli.internal;

import io.github.sae4j.data.DataException;
import io.github.sae4j.data.features.FeatureFormat;
import io.github.sae4j.data.features.FeatureTarget;
import io.github.sae4j.data.features.Sharding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that say where features go, to one file or several. */
@SuppressWarnings("NullAway.Init") // picocli fills the required option
final class FeatureOutputOptions {

    private static final String STANDARD_OUTPUT = "-";
    private static final String DELPHI = "delphi:";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description =
                    "The file to make, a .safetensors, .npz, .parquet or .jsonl; delphi:FOLDER for the folder that"
                            + " delphi reads; or - for JSON lines on standard output. May be given several times.")
    private List<String> out;

    @Option(
            names = "--force",
            description = "Replace each FILE that is there already, and in FOLDER the hook's own folder.")
    private boolean force;

    @Option(
            names = "--shard-tokens",
            paramLabel = "N",
            converter = AtLeastOne.class,
            description = "Divide each FILE into files of N tokens, NAME-00001-of-00004.npz and so on.")
    private @Nullable Integer shardTokens;

    @Option(
            names = "--resume",
            description = "Go on with the shards that an interrupted run of the same command has finished.")
    private boolean resume;

    /**
     * Returns how the files are divided, or null if they are not.
     *
     * @param spec the command, for the message
     * @throws ParameterException if there is something to go on with only where files are divided
     */
    @Nullable
    Sharding sharding(CommandSpec spec) {
        if (shardTokens == null) {
            if (resume) {
                throw new ParameterException(
                        spec.commandLine(), "--resume goes on after whole shards, so it needs --shard-tokens");
            }
            return null;
        }
        Sharding sharding = Sharding.of(shardTokens);
        if (resume) {
            sharding = sharding.resuming();
        }
        return force ? sharding.replacing() : sharding;
    }

    /**
     * Returns where features are to go.
     *
     * @param inputs the files to be read
     * @param spec the command, for the message
     * @throws ParameterException if a file's name does not tell a format, it cannot be divided although that is asked for,
     *     or it is named twice or is the one to be read
     * @throws CommandException if a file cannot be made
     */
    List<FeatureTarget> targets(List<Path> inputs, CommandSpec spec) {
        Set<Object> places = new HashSet<>();
        for (String written : out) {
            if (!places.add(isWhole(written) ? written : place(path(written, spec)))) {
                throw new ParameterException(spec.commandLine(), "--out names the same file twice, " + written);
            }
            if (isWhole(written)) {
                requireUndivided(written, spec);
            } else {
                requireFormat(path(written, spec), spec);
                OutputOptions.requireOther(path(written, spec), inputs, spec);
            }
        }
        List<FeatureTarget> targets = new ArrayList<>();
        for (String written : out) {
            targets.add(target(written, spec));
        }
        return targets;
    }

    private static Path path(String written, CommandSpec spec) {
        try {
            return Path.of(written);
        } catch (InvalidPathException e) {
            throw new ParameterException(spec.commandLine(), "--out " + written + ": nothing can have this name", e);
        }
    }

    private static boolean isWhole(String written) {
        return written.equals(STANDARD_OUTPUT) || written.startsWith(DELPHI);
    }

    private void requireUndivided(String written, CommandSpec spec) {
        if (shardTokens != null) {
            throw new ParameterException(
                    spec.commandLine(), "--shard-tokens divides files, so --out " + written + " cannot go with it");
        }
    }

    private FeatureTarget target(String written, CommandSpec spec) {
        if (written.equals(STANDARD_OUTPUT)) {
            return FeatureTarget.lines(spec.commandLine().getOut());
        }
        if (written.startsWith(DELPHI)) {
            FeatureTarget.InFolder folder = FeatureTarget.delphi(path(written.substring(DELPHI.length()), spec));
            return force ? folder.replacing() : folder;
        }
        // Of a file that is divided, none has this name.
        return FeatureTarget.file(OutputOptions.file(path(written, spec), force || shardTokens != null));
    }

    private static void requireFormat(Path path, CommandSpec spec) {
        if (FeatureFormat.of(path).isEmpty()) {
            throw OutputOptions.wrongEnding(path, FeatureFormat.endings(), spec);
        }
    }

    /** Returns where a file is or will be, however its path is written. */
    private static Path place(Path path) {
        try {
            if (Files.exists(path)) {
                return path.toRealPath();
            }
            Path absolute = path.toAbsolutePath().normalize();
            Path folder = absolute.getParent();
            return folder == null || !Files.isDirectory(folder)
                    ? absolute
                    : folder.toRealPath().resolve(absolute.getFileName());
        } catch (IOException e) {
            throw DataException.of(DataException.Reason.UNREADABLE, path, "cannot be read", e);
        }
    }
}
