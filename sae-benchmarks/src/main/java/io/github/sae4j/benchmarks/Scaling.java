package io.github.sae4j.benchmarks;

import io.github.sae4j.analysis.machine.PeakMemory;
import io.github.sae4j.core.SparseAutoencoder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Encodes streams of ever more tokens, each in a process of its own, and draws time and peak memory against their number.
 */
public final class Scaling {

    private static final String STREAM = "stream";
    private static final String ALL = "1000,3000,10000,30000,100000";
    private static final String USAGE = "usage: Scaling [--tokens N,N,…] [--chunk N] [--kernel NAME] [--sae FOLDER"
            + " --activations FILE] [--svg FILE]";

    private Scaling() {}

    /**
     * Measures, draws, and prints a table in Markdown; exit status 2 for wrong arguments.
     *
     * @param arguments options, as {@code benchmarks/scaling} explains them
     */
    public static void main(String[] arguments) {
        int status = run(System.out, System.err, arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    static int run(PrintStream out, PrintStream err, String... arguments) {
        if (arguments.length == 6 && arguments[0].equals(STREAM)) {
            out.println(stream(
                    Path.of(arguments[1]),
                    Path.of(arguments[2]),
                    arguments[3],
                    Integer.parseInt(arguments[4]),
                    Integer.parseInt(arguments[5])));
            return 0;
        }
        Map<String, String> options = new HashMap<>();
        for (int at = 0; at + 1 < arguments.length; at += 2) {
            options.put(arguments[at], arguments[at + 1]);
        }
        boolean unpaired =
                arguments.length % 2 != 0 || options.containsKey("--sae") != options.containsKey("--activations");
        if (unpaired || !known(options)) {
            err.println(USAGE);
            return 2;
        }
        run(options, out, err);
        return 0;
    }

    private static boolean known(Map<String, String> options) {
        return List.of("--tokens", "--chunk", "--kernel", "--sae", "--activations", "--svg")
                .containsAll(options.keySet());
    }

    private static void run(Map<String, String> options, PrintStream out, PrintStream err) {
        BenchmarkData data = BenchmarkData.fullSize();
        Path sae = options.containsKey("--sae") ? Path.of(options.get("--sae")) : data.sae("bfloat16");
        Path activations =
                options.containsKey("--activations") ? Path.of(options.get("--activations")) : data.activations();
        String kernel = options.getOrDefault("--kernel", "default");
        String chunk = options.getOrDefault("--chunk", "512");
        List<ScalingPoint> points = new ArrayList<>();
        for (String tokens : options.getOrDefault("--tokens", ALL).split(",", -1)) {
            err.println("scaling: " + tokens + " tokens");
            points.add(inNewProcess(List.of(sae.toString(), activations.toString(), kernel, chunk, tokens)));
        }
        out.print(ScalingPlot.table(points));
        if (options.containsKey("--svg")) {
            write(Path.of(options.get("--svg")).toAbsolutePath(), ScalingPlot.svg(points, Integer.parseInt(chunk)));
        }
    }

    /** Peak memory belongs to a process, so that a large stream would hide what a small one after it takes. */
    private static ScalingPoint inNewProcess(List<String> stream) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Scaling.class.getName(), STREAM));
        command.addAll(stream);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = out.readLine();
                if (process.waitFor() != 0 || line == null) {
                    throw new BenchmarkException("Encoding a stream failed; what its process printed tells why.");
                }
                return ScalingPoint.parse(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("Encoding a stream was interrupted.", e);
        }
    }

    /** Encodes a stream, of which a chunk is in memory at a time, and times encoding alone. */
    static ScalingPoint stream(Path folder, Path activations, String kernel, int chunk, int tokens) {
        float[][] pool = BenchmarkData.read(activations);
        long nanos = 0;
        long active = 0;
        try (SparseAutoencoder sae = BenchmarkData.loader(folder, kernel).open()) {
            float[][] rows = new float[chunk][sae.config().dIn()];
            for (int first = 0; first < tokens; first += chunk) {
                int count = Math.min(chunk, tokens - first);
                for (int row = 0; row < count; row++) {
                    generate(pool, first + row, rows[row]);
                }
                float[][] part = count == chunk ? rows : Arrays.copyOf(rows, count);
                long start = System.nanoTime();
                int found = sae.encode(part).activeCount();
                nanos += System.nanoTime() - start;
                active += found;
            }
        }
        return new ScalingPoint(
                tokens, nanos / 1e9, PeakMemory.ofProcess().bytes().orElse(0), (double) active / tokens);
    }

    /** No two tokens of a stream are the same: each time round, those of the pool come a little stronger. */
    private static void generate(float[][] pool, int token, float[] row) {
        int round = token / pool.length;
        float strength = 1 + 1e-3f * round;
        float[] from = pool[token % pool.length];
        for (int at = 0; at < row.length; at++) {
            row[at] = strength * from[at];
        }
    }

    private static void write(Path file, String text) {
        Path partial = file.resolveSibling(file.getFileName() + ".partial");
        try {
            Files.writeString(partial, text);
            Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(String.format(Locale.ROOT, "%s could not be written", file), e);
        }
    }
}
