package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.github.sae4j.core.SparseAutoencoder;
import io.github.sae4j.fixtures.ReferenceCase;
import io.github.sae4j.loader.SAE;
import io.github.sae4j.loader.SaeProfile;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code --profile neuronpedia} folds decoder norms wherever that can be done, and says what it did. */
class ProfileTest {

    @TempDir
    private Path folder;

    static List<ReferenceCase> cases() {
        return ReferenceCase.all();
    }

    private Path encode(String name, ReferenceCase reference, Object... options) {
        Path out = folder.resolve(name);
        Object[] arguments = new Object[8 + options.length];
        Path input = reference.folder().resolve("io.safetensors");
        System.arraycopy(
                new Object[] {"encode", input, "--tensor", "x", "--sae", reference.folder(), "--out", out},
                0,
                arguments,
                0,
                8);
        System.arraycopy(options, 0, arguments, 8, options.length);
        CommandRun run = sae(arguments);
        assertThat(run.exitCode()).as(run.err()).isZero();
        return out;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void foldsWhereThatCanBeDone(ReferenceCase reference) {
        boolean foldable =
                sae("info", reference.folder(), "--fold-decoder-norms").exitCode() == 0;

        Path found = encode("found.safetensors", reference, "--profile", "neuronpedia");
        Path expected = foldable
                ? encode("expected.safetensors", reference, "--fold-decoder-norms")
                : encode("expected.safetensors", reference);

        assertThat(InputFiles.floatsOf(found, "values")).isEqualTo(InputFiles.floatsOf(expected, "values"));
        assertThat(InputFiles.metadataOf(found).get("sae_options"))
                .isEqualTo(InputFiles.metadataOf(expected).get("sae_options"));
        assertThat(InputFiles.metadataOf(found).get("profile"))
                .startsWith(
                        "neuronpedia: decoder norms " + (foldable ? "folded into" : "not folded, as they cannot be"))
                .contains("begin with BOS");
        assertThat(InputFiles.metadataOf(expected)).doesNotContainKey("profile");
        try (SparseAutoencoder sae =
                SAE.from(reference.folder()).profile(SaeProfile.NEURONPEDIA).open()) {
            assertThat(sae.hasFoldedDecoderNorms()).isEqualTo(foldable);
            assertThat(InputFiles.metadataOf(found)).containsEntry("profile", SaeProfile.NEURONPEDIA.settings(sae));
        }
    }

    @Test
    void isInWhatProgramsRead() {
        ReferenceCase reference = ReferenceCase.named("standard-f32");

        CommandRun run = sae(
                "eval",
                reference.folder().resolve("io.safetensors"),
                "--tensor",
                "x",
                "--sae",
                reference.folder(),
                "--profile",
                "neuronpedia",
                "--json");

        assertThat(JsonParser.parseString(run.out())
                        .getAsJsonObject()
                        .get("profile")
                        .getAsString())
                .startsWith("neuronpedia: decoder norms folded into the features; weights as float32");
    }

    @Test
    void infoTellsTheNormsOfTheDecoder() {
        Path model = SmallSae.write(folder.resolve("sae"));

        assertThat(sae("info", model).out()).contains("decoder norms   1.0000 to 1.0000, median 1.0000\n");
        assertThat(sae("info", model, "--profile", "neuronpedia").out())
                .contains("decoder norms   1.0000 to 1.0000, median 1.0000, folded into the features\n");
    }

    @Test
    void thereIsNoOther() {
        assertThat(sae("info", "demo", "--profile", "saelens").err())
                .isEqualTo("sae: Invalid value for option '--profile': it must be neuronpedia, but is saelens;"
                        + " see sae info --help.\n");
    }
}
