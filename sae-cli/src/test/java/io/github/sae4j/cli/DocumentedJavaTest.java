package io.github.sae4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.cli.MarkdownPages.Block;
import io.github.sae4j.safetensors.SafetensorsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in Markdown files compiles, and that of the README prints what is shown below it. */
class DocumentedJavaTest {

    private static final Path README = MarkdownPages.ROOT.resolve("README.md");

    /** Blocks are statements; what they take as given are the fields. */
    private static final String CLASS = """
            import ai.djl.Device;
            import ai.djl.ndarray.*;
            import ai.djl.ndarray.types.Shape;
            import io.github.sae4j.analysis.*;
            import io.github.sae4j.analysis.evaluation.*;
            import io.github.sae4j.core.*;
            import io.github.sae4j.data.*;
            import io.github.sae4j.data.activations.*;
            import io.github.sae4j.data.features.*;
            import io.github.sae4j.hub.*;
            import io.github.sae4j.loader.*;
            import io.github.sae4j.loader.format.*;
            import io.github.sae4j.safetensors.*;
            import io.github.sae4j.tensors.*;
            import java.nio.ByteBuffer;
            import java.nio.file.Path;
            import java.time.Duration;
            import java.util.*;

            public class %s {
                public static float[][] activations;
                static float[] flat;
                static ByteBuffer rows;
                static ByteBuffer littleEndianBytes;
                static Path folder;
                static HubClient hub;
                static RepoId repo;

                public static void run() throws Exception {
            %s
                }
            }
            """;

    @TempDir
    private Path folder;

    @Test
    void everyExampleCompiles() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (Path page : MarkdownPages.all()) {
            for (Block block : MarkdownPages.code(page, "java")) {
                sources.add(source("Example" + sources.size(), block));
            }
        }

        assertThat(sources).hasSizeGreaterThan(5);
        compile(sources);
    }

    @Test
    void readmePrintsWhatItShows() throws Exception {
        Path demo = folder.resolve("demo");
        assertThat(CommandRun.sae("demo", "--keep", demo).exitCode()).isZero();
        Block shown = MarkdownPages.code(README, "java").get(0);
        Path source = source("Example", shown);
        String sae = demo.resolve("sae").toString().replace("\\", "\\\\");
        Files.writeString(source, Files.readString(source).replace("demo/sae", sae));
        compile(List.of(source));

        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader classes = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            System.setOut(new PrintStream(printed, true, UTF_8));
            Class<?> example = classes.loadClass("Example");
            example.getField("activations").set(null, activations(demo));
            example.getMethod("run").invoke(null);
        } finally {
            System.setOut(before);
        }

        List<String> output = MarkdownPages.code(README, "text").get(0).lines();
        assertThat(printed.toString(UTF_8).lines()).containsExactlyElementsOf(output);
    }

    private Path source(String name, Block block) throws IOException {
        return Files.writeString(
                folder.resolve(name + ".java"), CLASS.formatted(name, String.join("\n", block.lines())));
    }

    private void compile(List<Path> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, null, UTF_8)) {
            List<String> options =
                    List.of("-proc:none", "-d", folder.toString(), "-cp", System.getProperty("java.class.path"));
            boolean done = compiler.getTask(
                            null, files, diagnostics, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(done).as("%s", diagnostics.getDiagnostics()).isTrue();
        }
    }

    private static float[][] activations(Path demo) {
        try (SafetensorsFile file = SafetensorsFile.open(demo.resolve("activations.safetensors"))) {
            var tensor = file.tensors().get(0);
            long[] shape = tensor.shape();
            int width = (int) shape[shape.length - 1];
            int tokens = (int) (tensor.byteSize() / Float.BYTES / width);
            float[][] rows = new float[tokens][width];
            var numbers = tensor.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            for (float[] row : rows) {
                numbers.get(row);
            }
            return rows;
        }
    }
}
