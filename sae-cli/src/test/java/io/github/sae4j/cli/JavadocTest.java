package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of the libraries' public types promises: since when they are there, how threads may use them, examples. */
class JavadocTest {

    private static final List<String> LIBRARIES = List.of(
            "safetensors-java", "tensor-files", "hf-hub4j", "sae-core", "sae-loader", "sae-data", "sae-analysis");

    private static final Pattern TYPE = Pattern.compile(
            "(/\\*\\*(?:(?!\\*/).)*\\*/)\\s+(?:@[^\\n]*\\n)*public (?:(?:sealed|final|non-sealed|abstract) )*"
                    + "(class|interface|enum|record) (\\w+)",
            Pattern.DOTALL);

    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\\n(.*?)\\n\\s*\\* \\}</pre>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    /** A public type: its kind, its name and what is written of it. */
    private record Type(String kind, String name, String javadoc) {}

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String library : LIBRARIES) {
            Path root = MarkdownPages.ROOT.resolve(library).resolve("src/main/java");
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".java"))
                        .filter(file -> !root.relativize(file).toString().contains("internal"))
                        .sorted()
                        .forEach(sources::add);
            }
        }
        return sources;
    }

    private static List<Type> types() throws IOException {
        List<Type> types = new ArrayList<>();
        for (Path source : sources()) {
            Matcher type = TYPE.matcher(Files.readString(source));
            if (type.find()) {
                types.add(new Type(type.group(2), type.group(3), type.group(1)));
            }
        }
        return types;
    }

    @Test
    void everyPublicTypeSaysSinceWhenItIsThere() throws IOException {
        assertThat(types())
                .hasSizeGreaterThan(120)
                .allSatisfy(type -> assertThat(type.javadoc()).as(type.name()).contains("@since "));
    }

    /** Records, enums and exceptions do not change. */
    @Test
    void everyPublicClassSaysHowThreadsMayUseIt() throws IOException {
        assertThat(types())
                .filteredOn(type -> type.kind().equals("class") || type.kind().equals("interface"))
                .filteredOn(type -> !type.name().endsWith("Exception"))
                .allSatisfy(type -> assertThat(type.javadoc()).as(type.name()).containsPattern("[Ii]mmutable|thread"));
    }

    @Test
    void everyPublicTypeHasAnExample() throws IOException {
        assertThat(types())
                .allSatisfy(type -> assertThat(EXAMPLE.matcher(type.javadoc()).find())
                        .as("an example in the Javadoc of " + type.name())
                        .isTrue());
    }

    @Test
    void everyExampleCompiles() throws IOException {
        ExampleCompiler examples = new ExampleCompiler(folder);
        for (Path source : sources()) {
            Matcher example = EXAMPLE.matcher(Files.readString(source));
            while (example.find()) {
                examples.add(example.group(1)
                        .lines()
                        .map(line -> line.replaceFirst("^\\s*\\* ?", ""))
                        .toList());
            }
        }

        assertThat(examples.compile()).hasSizeGreaterThan(50);
    }
}
