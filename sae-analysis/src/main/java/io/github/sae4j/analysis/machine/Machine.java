package io.github.sae4j.analysis.machine;

import io.github.sae4j.core.VectorShapes;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The machine that measures.
 *
 * <pre>{@code
 * Machine machine = Machine.here();
 * System.out.println(machine.cpu() + ", " + machine.processors() + " processors, Java " + machine.java());
 * machine.vectors().ifPresent(shapes -> System.out.println("vectors of " + shapes.vectorBits() + " bits"));
 * }</pre>
 *
 * @param cpu the processor's name, or its architecture where the system does not tell
 * @param processors how many processors Java may use
 * @param java Java's version and vendor
 * @param vectors the pieces in which the vector kernel multiplies here; empty if this JVM does not have it
 * @since 0.1
 */
public record Machine(String cpu, int processors, String java, Optional<VectorShapes> vectors) {

    private static final Path CPU_FACTS = Path.of("/proc/cpuinfo");
    private static final String MODEL = "model name";

    /** Returns this machine. */
    public static Machine here() {
        return new Machine(
                cpuName(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                VectorShapes.here());
    }

    private static String cpuName() {
        String architecture = System.getProperty("os.arch");
        try {
            if (Files.isReadable(CPU_FACTS)) {
                try (Stream<String> lines = Files.lines(CPU_FACTS)) {
                    return lines.filter(line -> line.startsWith(MODEL))
                            .map(line -> line.substring(line.indexOf(':') + 1).strip())
                            .findFirst()
                            .orElse(architecture);
                }
            }
            return System.getProperty("os.name").startsWith("Mac") ? appleName(architecture) : architecture;
        } catch (IOException e) {
            return architecture;
        }
    }

    private static String appleName(String otherwise) throws IOException {
        Process process = new ProcessBuilder("sysctl", "-n", "machdep.cpu.brand_string").start();
        String name = new String(process.getInputStream().readAllBytes(), Charset.defaultCharset()).strip();
        return name.isEmpty() ? otherwise : name;
    }
}
