package io.github.sae4j.arrows;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every public type of the libraries has Javadoc that says since when it is there. */
class PublicTypesTest {

    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "^public (?:final |abstract |sealed |non-sealed )*(?:class|interface|record|enum) ", Pattern.MULTILINE);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "safetensors-java",
                "tensor-files",
                "hf-hub4j",
                "sae-core",
                "sae-loader",
                "sae-data",
                "sae-analysis"
            })
    void sayWhatTheyAreAndSinceWhen(String module) throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.toString().contains("internal"))
                    .toList();
        }
        List<Path> silent = new ArrayList<>();
        int types = 0;
        for (Path source : sources) {
            String text = Files.readString(source);
            Matcher type = PUBLIC_TYPE.matcher(text);
            if (type.find()) {
                types++;
                String before = text.substring(0, type.start());
                if (!before.contains("/**") || !before.contains("@since 0.1")) {
                    silent.add(source);
                }
            }
        }
        assertThat(types).isPositive();
        assertThat(silent).isEmpty();
    }
}
