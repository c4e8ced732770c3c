package io.github.sae4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;

/**
 * The Python of this machine, if it has one.
 *
 * @param folder where programs and what they print are kept
 */
record Python(Path folder) {

    /** Returns the reader that the documentation of formats prints under a heading. */
    static String documentedReader(String heading) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "formats-out.md"));
        String start = "```python\n";
        int from = page.indexOf(start, page.indexOf("### `" + heading + "`")) + start.length();
        return page.substring(from, page.indexOf("```", from));
    }

    /** Returns the program that does no more than import what another does. */
    static String importsOf(String program) {
        return program.lines()
                .filter(line -> line.startsWith("import ") || line.startsWith("from "))
                .collect(Collectors.joining("\n"));
    }

    /** Returns what a program prints, or null if it does not run. */
    String run(String program) throws IOException, InterruptedException {
        Path script = Files.writeString(folder.resolve("program.py"), program);
        Path printed = folder.resolve("printed");
        try {
            Process process = new ProcessBuilder("python3", script.toString())
                    .redirectOutput(printed.toFile())
                    .redirectError(folder.resolve("errors").toFile())
                    .start();
            return process.waitFor() == 0 ? Files.readString(printed) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
