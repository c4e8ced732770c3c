package io.github.sae4j.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java of this module's Javadoc, of its page in docs and of its examples compiles. */
class DocumentedStagesTest {

    private static final Pattern IN_JAVADOC =
            Pattern.compile("<pre>\\{@code\\n(.*?)\\n\\s*\\* \\}</pre>", Pattern.DOTALL);
    private static final Pattern IN_MARKDOWN = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
    private static final String AROUND = """
            import io.github.sae4j.analysis.evaluation.Evaluation;
            import io.github.sae4j.spark.*;
            import org.apache.spark.ml.*;
            import org.apache.spark.sql.*;
            import static org.apache.spark.sql.functions.*;

            class Example%d {
                SparkSession spark;
                Dataset<Row> features;

                void run() throws Exception {
            %s
                }
            }
            """;

    @TempDir
    private Path folder;

    private final List<Path> sources = new ArrayList<>();

    private void addAll(Pattern pattern, String text) throws IOException {
        Matcher example = pattern.matcher(text);
        while (example.find()) {
            String lines = example.group(1).replaceAll("(?m)^\\s*\\* ?", "");
            add(lines);
        }
    }

    private void add(String lines) throws IOException {
        Path source = folder.resolve("Example" + sources.size() + ".java");
        sources.add(Files.writeString(source, AROUND.formatted(sources.size(), lines)));
    }

    @Test
    void compile() throws IOException {
        try (Stream<Path> types = Files.list(Path.of("src/main/java/io/github/sae4j/spark"))) {
            for (Path type : types.filter(Files::isRegularFile).toList()) {
                addAll(IN_JAVADOC, Files.readString(type));
            }
        }
        addAll(IN_MARKDOWN, Files.readString(Path.of("../docs/spark.md")));
        assertThat(sources).hasSizeGreaterThanOrEqualTo(5);
        sources.add(Path.of("examples/EncodeCorpus.java"));

        StringWriter said = new StringWriter();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, UTF_8)) {
            boolean compiles = compiler.getTask(
                            said,
                            files,
                            null,
                            List.of("-d", folder.toString(), "-proc:none"),
                            null,
                            files.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiles).as(said.toString()).isTrue();
        }
    }
}
