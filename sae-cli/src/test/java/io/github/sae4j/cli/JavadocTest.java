package io.github.sae4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of the libraries' public types promises: since when they are there, how threads may use them, examples. */
class JavadocTest {

    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\\n(.*?)\\n\\s*\\* \\}</pre>", Pattern.DOTALL);

    @TempDir
    private Path folder;

    @Test
    void everyPublicTypeSaysSinceWhenItIsThere() throws IOException {
        for (String library : PublicTypes.LIBRARIES) {
            assertThat(PublicTypes.of(library))
                    .as(library)
                    .isNotEmpty()
                    .allSatisfy(
                            type -> assertThat(type.javadoc()).as(type.name()).contains("@since 0.1"));
        }
    }

    /** Records, enums and exceptions do not change. */
    @Test
    void everyPublicClassSaysHowThreadsMayUseIt() throws IOException {
        assertThat(PublicTypes.ofFiles())
                .filteredOn(PublicTypes.Type::mayChange)
                .allSatisfy(type -> assertThat(type.javadoc()).as(type.name()).containsPattern("[Ii]mmutable|thread"));
    }

    @Test
    void everyPublicTypeHasAnExample() throws IOException {
        assertThat(PublicTypes.ofFiles())
                .hasSizeGreaterThan(120)
                .allSatisfy(type -> assertThat(type.javadoc())
                        .as("an example in the Javadoc of " + type.name())
                        .containsPattern("<pre>\\{@code\\n[^\\x00]+\\n ?\\}</pre>"));
    }

    @Test
    void everyExampleCompiles() throws IOException {
        ExampleCompiler examples = new ExampleCompiler(folder);
        for (String library : PublicTypes.LIBRARIES) {
            for (Path source : PublicTypes.sources(library)) {
                Matcher example = EXAMPLE.matcher(Files.readString(source));
                while (example.find()) {
                    List<String> lines = example.group(1)
                            .lines()
                            .map(line -> line.replaceFirst("^\\s*\\* ?", ""))
                            .toList();
                    examples.add(lines);
                }
            }
        }

        assertThat(examples.compile()).hasSizeGreaterThan(50);
    }
}
