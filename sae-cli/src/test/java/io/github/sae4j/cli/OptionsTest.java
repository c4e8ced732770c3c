package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static io.github.sae4j.fixtures.Closeness.closeTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.sae4j.fixtures.PublisherCase;
import io.github.sae4j.fixtures.ReferenceCase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a user knows of an SAE beside its files counts, and the files that are made tell of it. */
class OptionsTest {

    private static final String NONE = "no settings that change the SAE";

    @TempDir
    private Path folder;

    @Test
    void foldedFeaturesAreRescaledAndDecodeToTheSame() {
        ReferenceCase reference = ReferenceCase.named("standard-f32");
        Path folded = encode(reference.folder(), io(reference), "--fold-decoder-norms", "--dense");

        float[] acts = reference.expected("acts");
        float[] norms = norms(InputFiles.floatsOf(reference.folder().resolve("sae_weights.safetensors"), "W_dec"), 32);
        float[] expected = new float[acts.length];
        for (int i = 0; i < acts.length; i++) {
            expected[i] = acts[i] * norms[i % norms.length];
        }
        assertThat(InputFiles.floatsOf(folded, "features")).is(closeTo(expected));
        assertThat(InputFiles.metadataOf(folded)).containsEntry("sae_options", "--fold-decoder-norms");

        Path out = folder.resolve("back.safetensors");
        CommandRun back = sae("decode", folded, "--sae", reference.folder(), "--out", out, "--fold-decoder-norms");
        assertThat(back.exitCode()).as(back.err()).isZero();
        assertThat(back.err()).doesNotContain("warning");
        assertThat(InputFiles.floatsOf(out, "reconstruction")).is(closeTo(reference.expected("recon")));
        assertThat(InputFiles.metadataOf(out)).containsEntry("sae_options", "--fold-decoder-norms");
    }

    @Test
    void decodingWithOtherOptionsThanEncodingWarns() {
        Path small = SmallSae.write(folder.resolve("small"));
        Path plain = encode(small, activations());

        assertThat(InputFiles.metadataOf(plain)).doesNotContainKey("sae_options");
        CommandRun run = sae(
                "decode",
                plain,
                "--sae",
                small,
                "--out",
                folder.resolve("back.safetensors"),
                "--norm-scaling-factor",
                2);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("features.safetensors was encoded with " + NONE
                        + ", so it is not decoded with --norm-scaling-factor 2.0.");
        assertThat(folder.resolve("back.safetensors")).doesNotExist();
    }

    @Test
    void theNormScalingFactorScalesFeaturesAndNotReconstructions() {
        Path small = SmallSae.write(folder.resolve("small"));
        Path out = folder.resolve("reconstruction.safetensors");

        Path features = encode(small, activations(), "--norm-scaling-factor", "2.5", "--dense");
        sae("reconstruct", activations(), "--sae", small, "--out", out, "--norm-scaling-factor", "2.5");

        assertThat(InputFiles.floatsOf(features, "features")).containsExactly(2.5f, 5, 7.5f, 10, 0, 0);
        assertThat(InputFiles.floatsOf(out, "reconstruction")).containsExactly(1, 2, 3, 4);
        assertThat(InputFiles.metadataOf(out)).containsEntry("sae_options", "--norm-scaling-factor 2.5");
        assertThat(sae("info", small, "--norm-scaling-factor", 2.5).out()).containsPattern("norm factor +2\\.5");
    }

    @Test
    void aFieldThatOnlyAPublishersNameTellsCanBeSet() {
        PublisherCase qwen = PublisherCase.named("qwen_scope");
        Path file = qwen.repositoryFolder().resolve(qwen.path());

        CommandRun unknown = sae("info", file);
        assertThat(unknown.exitCode()).isEqualTo(1);
        assertThat(unknown.err()).contains("--set k=50").hasLineCount(1);

        Path features = encode(file, io(qwen), "--set", "k=8", "--dense");
        assertThat(InputFiles.floatsOf(features, "features"))
                .is(closeTo(qwen.expected("acts").values()));
        assertThat(InputFiles.metadataOf(features)).containsEntry("sae_options", "--set k=8");
    }

    @Test
    void whatIsLetThroughAlthoughItIsNotKnownStandsInTheOutput() {
        Path small = SmallSae.write(folder.resolve("small"), ", \"foo\": 1, \"bar\": 2");

        Path features = encode(small, activations(), "--allow-unknown", "foo", "--allow-unknown", "bar");

        assertThat(InputFiles.metadataOf(features))
                .containsEntry("sae_options", "--allow-unknown bar --allow-unknown foo");
        assertThat(sae("info", small, "--allow-unknown", "foo", "--allow-unknown", "bar")
                        .exitCode())
                .isZero();
    }

    @Test
    void severalFieldsAreOfTheTypesThatTheyLookLike() {
        Path small = SmallSae.write(folder.resolve("small"));

        CommandRun run = sae(
                "info",
                small,
                "--set",
                "apply_b_dec_to_input=true",
                "--set",
                "normalize_activations=layer_norm",
                "--set",
                "context_size=64");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("b_dec +subtracted from the input")
                .containsPattern("normalisation +layer_norm")
                .containsPattern("context size +64");
    }

    @Test
    void transcodersThatNormaliseEachTokenDecodeWithoutUndoingIt() {
        ReferenceCase reference = ReferenceCase.named("transcoder-f32");
        Path features = encode(reference.folder(), io(reference), "--set", "normalize_activations=layer_norm");
        Path out = folder.resolve("back.safetensors");

        CommandRun run = sae(
                "decode",
                features,
                "--sae",
                reference.folder(),
                "--out",
                out,
                "--set",
                "normalize_activations=layer_norm");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.tensorsOf(features)).doesNotContain("scale");
        assertThat(InputFiles.shapeOf(out, "reconstruction"))
                .isEqualTo(reference.expectedTensor("recon").shape());
    }

    @Test
    void theFormatDecidesWhereFilesLookAlike() {
        PublisherCase published = PublisherCase.named("gemma_2_transcoder");
        Path place = published.repositoryFolder().resolve(published.path());

        assertThat(sae("info", place, "--format", "gemma_2_transcoder").out())
                .containsPattern("architecture +jumprelu_transcoder");
        assertThat(sae("info", place, "--format", "gemma_2").out()).containsPattern("architecture +jumprelu\\R");
        assertThat(sae("info", place, "--format", "nothing").err())
                .startsWith("sae: There is no format \"nothing\". There are: ")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @CsvSource({"deepseek_r1", "goodfire_pth", "mwhanna_transcoder", "connor_rob_hook_z", "gemma_3_clt"})
    void aFileOfThisMachineIsAnSaeAsAFolderIs(String name) {
        PublisherCase published = PublisherCase.named(name);
        Path place = published.repositoryFolder().resolve(published.path());

        Path features = encode(place, io(published), "--dense");

        assertThat(InputFiles.floatsOf(features, "features"))
                .is(closeTo(published.expected("acts").values()));
        assertThat(InputFiles.metadataOf(features)).containsEntry("sae", place.toString());
    }

    @Test
    void foldingIsRefusedWhereItWouldChangeWhichFeaturesAreActive() {
        CommandRun run = sae("info", ReferenceCase.named("topk-f32").folder(), "--fold-decoder-norms");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith("sae: ").hasLineCount(1);
    }

    @Test
    void aFactorThatIsNoneIsRefused() {
        CommandRun run = sae("info", "demo", "--norm-scaling-factor", 0);

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("must be finite and above 0").hasLineCount(1);
    }

    @Test
    void temporalSaesSayThatTheyNeedSequences() {
        Path temporal = ReferenceCase.named("temporal-f32").folder();
        long[] shape = ReferenceCase.named("temporal-f32").inputShape();
        int dIn = (int) shape[shape.length - 1];
        Path tokens = InputFiles.safetensors()
                .floats("x", new long[] {2, dIn}, new float[2 * dIn])
                .write(folder.resolve("tokens.safetensors"));
        Path out = folder.resolve("out.safetensors");

        for (String command : List.of("encode", "reconstruct")) {
            CommandRun run = sae(command, tokens, "--sae", temporal, "--out", out);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err())
                    .startsWith("sae: " + tokens + ": tensor \"x\" has the shape [2, " + dIn + "], but ")
                    .contains("so it takes [batch, sequence, d_in = " + dIn + "];")
                    .hasLineCount(1);
            assertThat(out).doesNotExist();
        }
    }

    @Test
    void sequencesMayHaveAnyAxesBeforeThem() {
        ReferenceCase reference = ReferenceCase.named("temporal-f32");
        long[] shape = reference.inputShape();
        long[] longer = {1, shape[0], 1, shape[1], shape[2]};
        Path in =
                InputFiles.safetensors().floats("x", longer, reference.input()).write(folder.resolve("in.safetensors"));
        Path out = folder.resolve("out.safetensors");

        CommandRun run = sae("reconstruct", in, "--sae", reference.folder(), "--out", out);

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(InputFiles.floatsOf(out, "reconstruction")).is(closeTo(reference.expected("out")));
        assertThat(InputFiles.shapeOf(out, "reconstruction")).isEqualTo(longer);
    }

    private Path activations() {
        return InputFiles.safetensors()
                .floats("x", new long[] {1, 4}, 1, 2, 3, 4)
                .write(folder.resolve("in.safetensors"));
    }

    private static Path io(ReferenceCase reference) {
        return reference.folder().resolve("io.safetensors");
    }

    private static Path io(PublisherCase published) {
        return published.repositoryFolder().resolveSibling("io.safetensors");
    }

    private Path encode(Path sae, Path in, String... options) {
        Path out = folder.resolve("features.safetensors");
        List<Object> arguments = new ArrayList<>(List.of("encode", in, "--tensor", "x", "--sae", sae, "--out", out));
        arguments.addAll(List.of(options));
        CommandRun run = sae(arguments.toArray());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return out;
    }

    private static float[] norms(float[] rows, int width) {
        float[] norms = new float[rows.length / width];
        for (int row = 0; row < norms.length; row++) {
            double sum = 0;
            for (int column = 0; column < width; column++) {
                sum += (double) rows[row * width + column] * rows[row * width + column];
            }
            norms[row] = (float) Math.sqrt(sum);
        }
        return norms;
    }
}
