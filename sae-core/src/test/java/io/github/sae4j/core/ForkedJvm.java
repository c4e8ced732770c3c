package io.github.sae4j.core;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs a program of the tests in a Java process of its own, because what it looks for would harm this one. */
public record ForkedJvm(int exitCode, String output) {

    /** The option with which the vector kernel is there; without it libtorch does its work. */
    static final String VECTORS = "--add-modules=jdk.incubator.vector";

    static ForkedJvm run(Path workingFolder, Class<?> program, String... options)
            throws IOException, InterruptedException {
        return run(System.getProperty("java.class.path"), workingFolder, program, options);
    }

    /** Runs a program without the jars that hold native libraries. */
    static ForkedJvm runWithoutNativeJars(Path workingFolder, Class<?> program, String... options)
            throws IOException, InterruptedException {
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("pytorch-native") && !entry.contains("pytorch-jni"))
                .collect(Collectors.joining(File.pathSeparator));
        return run(classPath, workingFolder, program, options);
    }

    /** Runs a program on copies of this module's classes without the files of its services. */
    static ForkedJvm runWithoutServices(Path workingFolder, Class<?> program, String... options)
            throws IOException, InterruptedException {
        Path classes = Path.of(SparseAutoencoder.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        Path copies = workingFolder.resolve("classes");
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("services"))
                    .toList()) {
                Path copy = copies.resolve(classes.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
        String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(entry -> Path.of(entry).equals(classes) ? copies.toString() : entry)
                .collect(Collectors.joining(File.pathSeparator));
        return run(classPath, workingFolder, program, options);
    }

    /** Runs a program where libtorch may not use the instructions that add products of 8-bit numbers up in 32 bits. */
    public static ForkedJvm runWithoutByteProducts(Path workingFolder, Class<?> program, String... options)
            throws IOException, InterruptedException {
        Map<String, String> environment = Map.of("ONEDNN_MAX_CPU_ISA", "AVX2");
        return run(System.getProperty("java.class.path"), environment, workingFolder, program, options);
    }

    private static ForkedJvm run(String classPath, Path workingFolder, Class<?> program, String... options)
            throws IOException, InterruptedException {
        return run(classPath, Map.of(), workingFolder, program, options);
    }

    private static ForkedJvm run(
            String classPath, Map<String, String> environment, Path workingFolder, Class<?> program, String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dai.djl.offline=true");
        command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=off");
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
            command.add("--sun-misc-unsafe-memory-access=allow");
        }
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, program.getName()));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(workingFolder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new ForkedJvm(process.waitFor(), output);
    }
}
