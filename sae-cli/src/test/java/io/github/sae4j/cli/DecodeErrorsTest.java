package io.github.sae4j.cli;

import static io.github.sae4j.cli.CommandRun.sae;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of features that does not hold together, or belongs to another SAE, is refused with the reason. */
class DecodeErrorsTest {

    @TempDir
    private Path folder;

    private Path smallSae;
    private Path work;

    @BeforeEach
    void makeFiles() throws IOException {
        smallSae = SmallSae.write(folder.resolve("small"));
        work = Files.createDirectory(folder.resolve("work"));
    }

    private CommandRun decode(InputFiles features) {
        return sae(
                "decode",
                features.write(work.resolve("features.safetensors")),
                "--sae",
                smallSae,
                "--out",
                work.resolve("out.safetensors"));
    }

    private void assertRefused(InputFiles features, String reason) {
        CommandRun run = decode(features);
        assertThat(run.err()).startsWith("sae: ").contains(reason).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(CommandRun.namesIn(work)).containsExactly("features.safetensors");
    }

    private static InputFiles sparse(long[] indptr, int[] indices, float... values) {
        return InputFiles.safetensors()
                .longs("indptr", indptr)
                .ints("indices", indices)
                .floats("values", new long[] {values.length}, values);
    }

    @Test
    void readsSparseFeaturesWithoutMetadata() {
        CommandRun run = decode(sparse(new long[] {0, 1, 2}, new int[] {2, 5}, 3, 4));

        assertThat(run.exitCode()).as(run.err()).isZero();
        Path out = work.resolve("out.safetensors");
        assertThat(InputFiles.shapeOf(out, "reconstruction")).containsExactly(2, 4);
        assertThat(InputFiles.floatsOf(out, "reconstruction")).containsExactly(0, 0, 3, 0, 0, -4, 0, 0);
    }

    @Test
    void otherWeights() {
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).metadata("sae", "another").metadata("sae_sha256", "00"),
                "features.safetensors was encoded with other weights (another, SHA-256 00) than those of ");
    }

    @Test
    void bothForms() {
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).floats("features", new long[] {1, 6}, new float[6]),
                "it holds features in both forms");
    }

    @Test
    void indptrThatFalls() {
        assertRefused(
                sparse(new long[] {0, 2, 1, 2}, new int[] {1, 2}, 1, 1),
                "indptr must never fall, nor rise by more than d_sae = 6 or above 2, but goes from 2 to 1 at token 1");
    }

    @Test
    void indptrThatEndsElsewhere() {
        assertRefused(
                sparse(new long[] {0, 1}, new int[] {1, 2}, 1, 1),
                "must begin with 0 and end with the number of indices, 2, but begins with 0 and ends with 1");
    }

    @Test
    void indptrThatBeginsElsewhere() {
        assertRefused(sparse(new long[] {1, 2}, new int[] {1, 2}, 1, 1), "but begins with 1 and ends with 2");
    }

    @Test
    void indptrThatRisesTooFar() {
        assertRefused(
                sparse(new long[] {0, 7, 7}, new int[] {0, 1, 2, 3, 4, 5, 5}, 1, 1, 1, 1, 1, 1, 1),
                "goes from 0 to 7 at token 0");
        assertRefused(
                sparse(new long[] {0, Long.MAX_VALUE, 1}, new int[] {0}, 1), "goes from 0 to 9223372036854775807");
    }

    @Test
    void indexOfNoFeature() {
        assertRefused(sparse(new long[] {0, 1}, new int[] {6}, 1), "token 0 has the feature 6, but " + smallSae);
        assertRefused(sparse(new long[] {0, 1}, new int[] {-1}, 1), "token 0 has the feature -1");
    }

    @Test
    void indicesThatDoNotAscend() {
        assertRefused(
                sparse(new long[] {0, 0, 2}, new int[] {3, 3}, 1, 1),
                "the indices of token 1 must ascend, but 3 follows 3");
    }

    @Test
    void indicesAndValuesOfDifferentLength() {
        assertRefused(
                sparse(new long[] {0, 2}, new int[] {1, 2}, 1),
                "indices and values must have the same shape of one axis, but have [2] and [1]");
    }

    @Test
    void missingAndMistypedTensors() {
        assertRefused(InputFiles.safetensors().longs("indptr", 0), "there is no tensor \"indices\"");
        assertRefused(
                InputFiles.safetensors().ints("indptr", 0).ints("indices").floats("values", new long[] {0}),
                "indptr must be I64, but is I32");
        assertRefused(
                InputFiles.safetensors().floats("x", new long[] {1}, 1),
                "neither a tensor \"features\" nor \"indptr\", \"indices\" and \"values\"");
        assertRefused(InputFiles.safetensors().ints("features", 1), "features must be F32, but is I32");
    }

    @Test
    void indptrWithoutAnEntry() {
        assertRefused(
                InputFiles.safetensors().longs("indptr").ints("indices").floats("values", new long[] {0}),
                "indptr must have the shape [tokens + 1], but has [0]");
    }

    @Test
    void otherSaesFeatures() {
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).metadata("shape", "[1,7]"),
                "has d_sae = 6. Are these another SAE's features?");
        assertRefused(
                InputFiles.safetensors().floats("features", new long[] {1, 3}, 0, 0, 0),
                "its features have the shape [1, 3], but " + smallSae + " has d_sae = 6");
    }

    @Test
    void shapeThatDisagrees() {
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).metadata("shape", "[2,6]"),
                "indptr is for 1 tokens, but the shape [2,6] of the metadata has 2");
    }

    @Test
    void shapeThatIsNone() {
        for (String shape :
                new String[] {"", "[", "{}", "[[6]]", "[-1,6]", "[1.5,6]", "[1,6", "null", "[null]", "[\"1\",6]"}) {
            assertRefused(
                    sparse(new long[] {0, 0}, new int[0]).metadata("shape", shape), "must be a JSON array of sizes");
        }
    }

    @Test
    void headsThatDoNotDivide() {
        assertRefused(sparse(new long[] {0, 0}, new int[0]).metadata("heads", "3"), "must divide d_out = 4, but is 3");
        assertRefused(sparse(new long[] {0, 0}, new int[0]).metadata("heads", "x"), "must divide d_out = 4, but is x");
    }

    @Test
    void factorsThatTheSaeDoesNotKnow() {
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).floats("scale", new long[] {1}, 1),
                "knows no \"scale\" for each token, but the file has one");
    }

    @Test
    void factorsThatAreMissing() {
        smallSae = SmallSae.write(folder.resolve("layer-norm"), ", \"normalize_activations\": \"layer_norm\"");
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).floats("scale", new long[] {1}, 1),
                "needs a \"shift\" for each token, but the file has none");
    }

    @Test
    void factorsForOtherTokens() {
        smallSae = SmallSae.write(folder.resolve("rescale"), ", \"normalize_activations\": \"constant_norm_rescale\"");
        assertRefused(
                sparse(new long[] {0, 0}, new int[0]).floats("scale", new long[] {2}, 1, 1),
                "scale is for 2 tokens, but there are 1");
    }

    @Test
    void nonFiniteValues() {
        assertRefused(
                sparse(new long[] {0, 0, 1}, new int[] {4}, Float.NaN),
                "token 1 has NaN at feature 4; --allow-non-finite lets such values through");
        assertRefused(
                InputFiles.safetensors().floats("features", new long[] {1, 6}, 0, 0, 0, 0, 0, Float.POSITIVE_INFINITY),
                "token 0 has Infinity at feature 5");
    }
}
