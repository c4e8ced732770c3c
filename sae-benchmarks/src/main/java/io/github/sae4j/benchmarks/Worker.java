package io.github.sae4j.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Does what it is told to, a line at a time, so that another process can time sae4j and a peer by turns. */
public final class Worker {

    private Worker() {}

    /**
     * Reads commands from standard input until it ends, and answers each with a line on standard output.
     *
     * @param arguments none
     * @throws IOException if standard input cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        // The loops of the limits need the memory of any machine's caches many times over.
        try (WorkerCommands commands =
                new WorkerCommands(Runtime.getRuntime().availableProcessors(), 10_000_000, 1L << 29)) {
            serve(commands, new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), System.out);
        }
    }

    static void serve(WorkerCommands commands, BufferedReader in, PrintStream out) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = "ok\t" + commands.answer(line.split("\t", -1));
            } catch (RuntimeException e) {
                answer = "error\t" + String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
            }
            out.println(answer);
            out.flush();
        }
    }
}
