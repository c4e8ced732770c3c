package io.github.sae4j.cli;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the Javadoc of the libraries' public types promises: since when they are there, how threads may use them, examples. */
class JavadocTest {

    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\\n(.*?)\\n\\s*\\* \\}</pre>", Pattern.DOTALL);

    private static final Pattern SHOWN = Pattern.compile("<pre>\\{@code\\n.+?\\n ?\\}</pre>", Pattern.DOTALL);

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

    @Test
    void everyPublicTypeSaysHowThreadsMayUseIt() throws IOException {
        for (String library : PublicTypes.LIBRARIES) {
            assertThat(PublicTypes.of(library))
                    .allSatisfy(type -> assertThat(SHOWN.matcher(type.javadoc()).replaceAll(""))
                            .as(type.name())
                            .containsPattern("[Ii]mmutable|thread"));
        }
    }

    @Test
    void everyPublicTypeHasAnExample() throws IOException {
        assertThat(PublicTypes.ofFiles())
                .hasSizeGreaterThan(120)
                .allSatisfy(type -> assertThat(type.javadoc())
                        .as("an example in the Javadoc of " + type.name())
                        .containsPattern(SHOWN));
    }

    /** A type within another has one of its own, or is used under its full name in that of the type around it. */
    @Test
    void everyNestedTypeHasAnExample() throws IOException {
        for (String library : PublicTypes.LIBRARIES) {
            List<PublicTypes.Type> types = PublicTypes.of(library);
            Map<String, String> examples = types.stream()
                    .collect(toMap(
                            PublicTypes.Type::name,
                            type -> SHOWN.matcher(type.javadoc())
                                    .results()
                                    .map(MatchResult::group)
                                    .collect(joining())));
            assertThat(types)
                    .filteredOn(PublicTypes.Type::isNested)
                    .filteredOn(type -> examples.get(type.name()).isEmpty())
                    .allSatisfy(type -> assertThat(examples.get(type.around()))
                            .as("an example of " + type.name())
                            .contains(type.name()));
        }
    }

    /** Those of sae-spark are compiled there, where Spark is. */
    @Test
    void everyExampleCompiles() throws IOException {
        ExampleCompiler examples = new ExampleCompiler(folder);
        for (String library : PublicTypes.LIBRARIES.stream()
                .filter(name -> !name.equals("sae-spark"))
                .toList()) {
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
