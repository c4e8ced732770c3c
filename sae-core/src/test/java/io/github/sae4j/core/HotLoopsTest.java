package io.github.sae4j.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Java inlines what a loop over vectors calls while it reads the method. Where a method is too long for that the rest follows
 * later, and in one process of some tens a vector then stays an object, for as long as the process runs: such a loop takes
 * five times as long.
 */
class HotLoopsTest {

    /** A method of the vector kernel that is compiled for good. */
    private static final Pattern LOOP = Pattern.compile(
            "<task (?!.* level=).* method='io\\.github\\.sae4j\\.core\\.internal\\.vector\\.(\\w+) (\\w+) .*");

    /**
     * What calls the loops may hold what it calls once for a panel, the beginning of sums and the search for active features; how
     * much of that Java inlines there, and when, depends on what it has seen until then.
     */
    private static final String CALLER = "EncodeWork.";

    private static final Pattern ATTRIBUTE = Pattern.compile("(\\w+)='([^']*)'");

    @Test
    void areInlinedAtOnce(@TempDir Path folder) throws Exception {
        assumeTrue(Kernel.available().contains(Kernel.VECTOR), "the vector kernel is not there");
        assumeTrue(
                System.getProperty("java.vm.name").matches(".*(HotSpot|OpenJDK).*Server.*"),
                "only HotSpot's compiler writes what it inlines");

        ForkedJvm run = ForkedJvm.runWithoutNativeJars(
                folder,
                EachLoop.class,
                ForkedJvm.VECTORS,
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:+LogCompilation",
                "-XX:LogFile=compiled.xml",
                "-XX:CompileCommand=log,io.github.sae4j.core.internal.vector.*::*");
        assertThat(run.exitCode()).as(run.output()).isZero();

        Map<String, String> postponed = postponed(folder.resolve("compiled.xml"));
        assertThat(postponed)
                .containsKeys(
                        "RowSums.addFour",
                        "RowSums.addThreeTo2",
                        "RowSums.addTwoTo4",
                        "Tiles.add4",
                        "Panels.fillBfloat16",
                        "ByteRows.multiplyRows",
                        "ByteRows.multiplyTokens");
        assertThat(postponed.entrySet())
                .filteredOn(method -> !method.getKey().startsWith(CALLER)
                        && !method.getValue().isEmpty())
                .isEmpty();
    }

    /** Returns of each method that was compiled for good which of the Vector API's methods were inlined later, if any. */
    private static Map<String, String> postponed(Path log) throws IOException {
        Map<String, String> found = new TreeMap<>();
        Map<String, String> classes = new HashMap<>();
        Map<String, String> methods = new HashMap<>();
        String task = "";
        try (BufferedReader lines = Files.newBufferedReader(log)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Map<String, String> attributes = attributes(line);
                if (line.startsWith("<task ")) {
                    classes.clear();
                    methods.clear();
                    Matcher loop = LOOP.matcher(line);
                    task = loop.matches() ? loop.group(1) + "." + loop.group(2) : "";
                } else if (line.startsWith("<klass ")) {
                    classes.put(attributes.get("id"), attributes.get("name"));
                } else if (line.startsWith("<method ")) {
                    String holder = classes.get(attributes.get("holder"));
                    methods.put(attributes.get("id"), holder + "." + attributes.get("name"));
                } else if (line.startsWith("<late_inline ") && !task.isEmpty()) {
                    String late = methods.get(attributes.get("method"));
                    assertThat(late).as("the method of %s", line).isNotNull();
                    if (late.startsWith("jdk.incubator.vector.")) {
                        found.merge(task, late, (some, more) -> some + ", " + more);
                    }
                } else if (line.startsWith("</task>") && !task.isEmpty()) {
                    found.putIfAbsent(task, "");
                }
            }
        }
        return found;
    }

    private static Map<String, String> attributes(String line) {
        Map<String, String> attributes = new HashMap<>();
        Matcher matcher = ATTRIBUTE.matcher(line);
        while (matcher.find()) {
            attributes.put(matcher.group(1), matcher.group(2));
        }
        return attributes;
    }

    /** Encodes and decodes with each number format until Java has compiled the loops; libtorch would take some of the work. */
    static final class EachLoop {

        private static final int D_IN = 256;
        private static final int D_SAE = 1024;
        private static final int CALLS = 300;
        private static final int[] TOKENS = {1, 2, 4, 16};

        private EachLoop() {}

        public static void main(String[] args) {
            for (WeightType type : WeightType.values()) {
                TinySae tiny = TinySae.of(SaeConfig.standard(D_IN, D_SAE), type);
                encode(tiny.builder().kernel(Kernel.VECTOR).build());
                encode(tiny.lyingTransposed(true, false)
                        .builder()
                        .kernel(Kernel.VECTOR)
                        .build());
            }
            encode(TinySae.of(SaeConfig.standard(D_IN, D_SAE), WeightType.BFLOAT16)
                    .builder()
                    .kernel(Kernel.VECTOR)
                    .prepared(true)
                    .build());
        }

        private static void encode(SparseAutoencoder opened) {
            try (SparseAutoencoder sae = opened) {
                SplittableRandom random = new SplittableRandom(1);
                for (int tokens : TOKENS) {
                    float[][] activations = new float[tokens][D_IN];
                    for (float[] activation : activations) {
                        for (int i = 0; i < D_IN; i++) {
                            activation[i] = (float) random.nextDouble(-1, 1);
                        }
                    }
                    for (int call = 0; call < CALLS; call++) {
                        sae.decode(sae.encode(activations));
                    }
                }
            }
        }
    }
}
