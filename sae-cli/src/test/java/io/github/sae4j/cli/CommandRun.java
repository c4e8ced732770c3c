package io.github.sae4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** What a run of the command printed, and how it ended. */
record CommandRun(int exitCode, String out, String err) {

    /** Runs the command as {@code main} does, in this process. */
    static CommandRun sae(Object... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = SaeCommand.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    /** Runs the command in a process of its own, with an environment of its own. */
    static CommandRun inOwnProcess(Consumer<Map<String, String>> environment, Object... arguments) {
        return inOwnProcess(System.getProperty("java.class.path"), environment, arguments);
    }

    /** Runs the command in a process of its own, with a class path and an environment of its own. */
    static CommandRun inOwnProcess(String classPath, Consumer<Map<String, String>> environment, Object... arguments) {
        List<String> command = beginning(classPath);
        Arrays.stream(arguments).map(Object::toString).forEach(command::add);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_") || name.startsWith("HUGGING"));
        environment.accept(builder.environment());
        try {
            Path err = Files.createTempFile("sae-err", ".txt");
            Process process = builder.redirectError(err.toFile()).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            CommandRun run = new CommandRun(process.waitFor(), out, Files.readString(err));
            Files.delete(err);
            return run;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns what starts the command in a process of its own, but for the command's arguments. */
    static List<String> beginning(String classPath) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                // The launcher makes the module readable whose absence is warned of.
                "-Dorg.slf4j.simpleLogger.log.io.github.sae4j.core.internal.kernel.KernelChoice=error"));
        if (Runtime.version().feature() >= 24) {
            // As the launcher does: newer Java warns of native libraries and of Unsafe without these.
            command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
        }
        command.addAll(List.of("-cp", classPath, SaeCommand.class.getName()));
        return command;
    }

    /** Returns the names of what is in a folder, hidden files too. */
    static List<String> namesIn(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
