package io.github.sae4j.analysis.machine;

import io.github.sae4j.core.VectorShapes;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The machine that measures. Immutable.
 *
 * <pre>{@code
 * Machine machine = Machine.here();
 * System.out.println(machine.cpu() + ", " + machine.processors() + " processors, Java " + machine.java());
 * machine.vectors().ifPresent(shapes -> System.out.println("vectors of " + shapes.vectorBits() + " bits"));
 * }</pre>
 *
 * @since 0.1
 */
public final class Machine {

    private static final Path CPU_FACTS = Path.of("/proc/cpuinfo");
    private static final String MODEL = "model name";

    private final String cpu;
    private final int processors;
    private final String java;
    private final Optional<VectorShapes> vectors;

    private Machine(String cpu, int processors, String java, Optional<VectorShapes> vectors) {
        this.cpu = cpu;
        this.processors = processors;
        this.java = java;
        this.vectors = vectors;
    }

    /** Returns this machine. */
    public static Machine here() {
        return new Machine(
                cpuName(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version() + " (" + System.getProperty("java.vendor") + ")",
                VectorShapes.here());
    }

    /** Returns the processor's name, or its architecture where the system does not tell. */
    public String cpu() {
        return cpu;
    }

    /** Returns how many processors Java may use. */
    public int processors() {
        return processors;
    }

    /** Returns Java's version and vendor. */
    public String java() {
        return java;
    }

    /** Returns the pieces in which the vector kernel multiplies here; empty if this JVM does not have it. */
    public Optional<VectorShapes> vectors() {
        return vectors;
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
