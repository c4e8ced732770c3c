package io.github.sae4j.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.cli.MarkdownPages.Block;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java in Markdown files compiles, and that of the README prints what is shown below it. */
class DocumentedJavaTest {

    private static final Path README = MarkdownPages.ROOT.resolve("README.md");

    /** Its Java is compiled in sae-spark, where Spark is. */
    private static final Path SPARK = MarkdownPages.ROOT.resolve("docs/spark.md");

    @TempDir
    private Path folder;

    @Test
    void everyExampleCompiles() throws IOException {
        ExampleCompiler examples = new ExampleCompiler(folder);
        for (Path page :
                MarkdownPages.all().stream().filter(page -> !page.equals(SPARK)).toList()) {
            for (Block block : MarkdownPages.code(page, "java")) {
                examples.add(block.lines());
            }
        }

        assertThat(examples.compile()).hasSizeGreaterThan(5);
    }

    @Test
    void readmePrintsWhatItShows() throws Exception {
        Path demo = folder.resolve("demo");
        assertThat(CommandRun.sae("demo", "--keep", demo).exitCode()).isZero();
        Block shown = MarkdownPages.code(README, "java").get(0);
        String kept = "\"" + demo.toString().replace("\\", "/") + "/";
        ExampleCompiler compiler = new ExampleCompiler(folder);
        compiler.add(shown.lines().stream()
                .map(line -> line.replace("\"demo/", kept))
                .toList());
        String name = compiler.compile().get(0);

        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        try (URLClassLoader classes = new URLClassLoader(
                new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
            System.setOut(new PrintStream(printed, true, UTF_8));
            Class<?> example = classes.loadClass(name);
            example.getMethod("run").invoke(null);
        } finally {
            System.setOut(before);
        }

        List<String> output = MarkdownPages.code(README, "text").get(0).lines();
        assertThat(printed.toString(UTF_8).lines()).containsExactlyElementsOf(output);
    }
}
