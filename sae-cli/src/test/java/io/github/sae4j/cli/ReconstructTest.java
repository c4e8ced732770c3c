package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code sae reconstruct} says how many features were active, of every kind of SAE. */
class ReconstructTest {

    private static final Pattern L0 = Pattern.compile(" · (L0 [0-9.,]+) · ");

    @TempDir
    private Path folder;

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tellsTheL0ThatEncodingTells(ReferenceCase reference) {
        assertThat(l0("reconstruct", reference)).isEqualTo(l0("encode", reference));
    }

    @ParameterizedTest
    @ValueSource(strings = {"standard-f32", "skip-transcoder-f32", "temporal-f32"})
    void countsTheTokensThatAreNotLeftOut(String name) {
        ReferenceCase reference = ReferenceCase.named(name);
        List<Object> options = new ArrayList<>(List.of("--skip-first", 1));
        if (reference.inputShape().length == 2) {
            options.addAll(List.of("--sequence-length", "file"));
        }

        assertThat(l0("reconstruct", reference, options.toArray()))
                .isEqualTo(l0("encode", reference, options.toArray()));
    }

    private String l0(String command, ReferenceCase reference, Object... options) {
        List<Object> words = new ArrayList<>(List.of(
                command, reference.folder().resolve("io.safetensors"), "--tensor", "x", "--sae", reference.folder()));
        words.addAll(List.of("--out", folder.resolve(command + ".safetensors"), "--force"));
        words.addAll(List.of(options));
        CommandRun run = sae(words.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        Matcher line = L0.matcher(run.err());
        assertThat(line.find()).as(run.err()).isTrue();
        return line.group(1);
    }
}
